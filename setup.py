"""Puts the notebooks into a wheel, where `workbench lab` finds them; everything else is in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithNotebooks(build_py):
    """The step that copies the package, and the notebooks after it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:  # `workbench lab` then opens those of the checkout
            return
        target = Path(self.build_lib) / "workbench" / "notebooks"
        self.mkpath(str(target))
        for notebook in sorted(Path("notebooks").glob("*.ipynb")):
            self.copy_file(str(notebook), str(target / notebook.name))


setup(cmdclass={"build_py": WithNotebooks})
