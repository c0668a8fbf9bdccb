"""Puts the notebooks and their pictures into a wheel, where the workbench finds them; all else is in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithNotebooks(build_py):
    """The step that copies the package, and the notebooks with their pictures after it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # `workbench lab` then opens those of the checkout
            return
        target = Path(self.build_lib) / "workbench"
        for file in sorted(Path("notebooks").rglob("*.*")):
            if file.suffix in (".ipynb", ".png"):
                self.mkpath(str((target / file).parent))
                self.copy_file(str(file), str(target / file))


setup(cmdclass={"build_py": WithNotebooks})
