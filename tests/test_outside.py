"""Classes of others: of a script, of a file, of an installed package."""

import json
import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint

import pytest

import workbench
from workbench import catalog
from workbench.cli import main
from workbench.experiment import from_description
from workbench.parameters import describe, home, outside, rebuild
from workbench.refusal import Refusal
from workbench.run import Keeper

OPERATOR = '''
from typing import Annotated
from workbench.operators import LinearOperator
from workbench.parameters import Range

class {name}(LinearOperator):
    """A x = factor x: a grey glass."""

    def __init__(self, shape=(1, 16, 16), factor: Annotated[float, Range(0.1, 1), "how dark"] = 0.5):
        super().__init__(shape, shape)
        self.shape, self.factor = shape, factor

    def forward(self, x):
        return self.factor * x

    def adjoint(self, y):
        return self.factor * y
'''


@pytest.fixture
def glass(tmp_path):
    """A file of one's own whose class `Glass` joins the catalogue for one test."""
    file = tmp_path / "own_glass.py"
    file.write_text(OPERATOR.format(name="Glass"))
    yield file
    sys.modules.pop("own_glass", None)


def test_a_loaded_file_joins_the_catalogue(glass):
    assert "Glass" not in catalog.members("operator")
    (cls,) = catalog.load(glass)
    assert catalog.find("operator", "Glass") is cls
    assert "Glass" not in catalog.members("prior")
    assert home(cls) == "own_glass:Glass"
    assert describe(rebuild(describe(cls(factor=0.25)))) == describe(cls(factor=0.25))
    assert catalog.load(glass) == [cls], "a file is run once"


def test_the_command_line_runs_lists_and_goes_on_with_it(glass, tmp_path, capsys):
    words = [
        "--load",
        str(glass),
        "--operator",
        "Glass",
        "--set",
        "operator.factor=0.25",
        "--size",
        "32",
        "--steps",
        "2",
    ]
    assert main(["run", *words, "--json", "--out", str(tmp_path / "run.nc")]) == 0
    assert json.loads(capsys.readouterr().out)["spec"]["operator"]["type"] == "own_glass:Glass"
    assert main(["run", str(tmp_path / "run.nc"), "--load", str(glass), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["spec"]["operator"]["factor"] == 0.25
    assert main(["list", "operators", "--load", str(glass)]) == 0
    assert "A x = factor x: a grey glass." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1", "a class for the catalogue"),
        ("raise OSError('no disk')", "OSError: no disk in line 1"),
        ("def f(:", "SyntaxError"),
        ("import sys\nsys.exit(0)", "SystemExit: 0 in line 2: put what ends it under if __name__"),
        (OPERATOR.format(name="Mask"), "another name for Mask"),
        (OPERATOR.format(name="Half").replace("def adjoint", "def back"), "got Half: give it adjoint"),
        (OPERATOR.format(name="Bare").replace("=(1, 16, 16)", ""), "a default for every argument of Bare"),
    ],
)
def test_a_file_that_cannot_join_is_refused_in_a_sentence(glass, text, sentence):
    glass.write_text(text)
    with pytest.raises(Refusal, match=sentence):
        catalog.load(glass)


VIEW = """
from workbench.app.toolkit.tab import View

class Own(View):
    title = "{title}"
"""


def test_a_view_comes_from_a_file_alone_or_beside_a_class_and_has_a_title_of_its_own(glass, capsys):
    """A file of views was refused as one that has nothing, and a view beside an operator was passed over in silence."""
    pytest.importorskip("panel")
    from workbench.app import views

    glass.write_text(VIEW.format(title="Tints"))
    assert catalog.load(glass) == [] and [view.title for view in views.every()[-2:]] == [views.VIEWS[-1].title, "Tints"]
    assert main(["check", str(glass)]) == 2 and "serve --load" in capsys.readouterr().err
    outside._LOADED.clear(), sys.modules.pop("own_glass")
    glass.write_text(OPERATOR.format(name="Glass") + VIEW.format(title="Spectrum"))
    assert [cls.__name__ for cls in catalog.load(glass)] == ["Glass"]
    with pytest.raises(Refusal, match="another title for Own, got 'Spectrum', which a tab has"):
        views.every()


def test_an_error_in_a_loaded_class_is_a_sentence_and_what_the_run_has_is_kept(glass, tmp_path, capsys, monkeypatch):
    """At the 40th product the glass breaks: the file has what was done until there, and goes on from it."""
    monkeypatch.setattr(Keeper, "due", False)  # as if it had just been written
    breaks = "        Glass.n = getattr(Glass, 'n', 0) + 1\n        assert Glass.n != 40, 'the glass broke'\n"
    glass.write_text(
        OPERATOR.format(name="Glass").replace("        return self.factor * x", breaks + "        return 0.5 * x")
    )
    words = ["--load", str(glass), "--operator", "Glass", "--algorithm", "FISTA", "--prior", "L1", "--steps", "90"]
    path = tmp_path / "run.nc"
    assert main(["run", "--truth", "cell", "--size", "16", *words, "--out", str(path)]) == 1
    assert "the glass broke in line 15 of own_glass.py; kept at iteration" in capsys.readouterr().err
    kept = workbench.open(path)
    assert 5 < kept.k < 40 and kept.result.attrs["outcome"] == "failed"
    assert kept.resume(90)["k"][-1] == 90


def test_only_python_files_with_a_name_of_their_own_are_loaded(glass, tmp_path):
    with pytest.raises(Refusal, match="a Python file"):
        catalog.load(tmp_path / "none.py")
    with pytest.raises(Refusal, match="`json` is taken"):
        catalog.load(glass.rename(tmp_path / "json.py"))


def test_a_class_that_is_not_loaded_is_named():
    with pytest.raises(Refusal, match=r"somewhere:Glass.*--load FILE\.py"):
        from_description({"operator": {"type": "somewhere:Glass"}})


def test_an_installed_package_offers_classes_by_entry_points(tmp_path, monkeypatch):
    (tmp_path / "lens_package.py").write_text(OPERATOR.format(name="Lens"))
    monkeypatch.syspath_prepend(tmp_path)
    good = EntryPoint("Lens", "lens_package:Lens", "workbench.operators")
    bad = EntryPoint("Broken", "broken_package:Broken", "workbench.operators")
    monkeypatch.setattr(outside, "_points", lambda: (bad, good))
    outside._class.cache_clear()
    with pytest.warns(UserWarning, match="broken_package"):
        members = catalog.members("operator")
    assert members["Lens"].__module__ == "lens_package"
    assert "Lens" not in catalog.members("prior")
    sys.modules.pop("lens_package")
    outside._class.cache_clear()
    assert rebuild({"type": "lens_package:Lens", "factor": 0.3}).factor == 0.3, "a description is enough to load it"
    outside._class.cache_clear()
    sys.modules.pop("lens_package")


def test_a_class_of_a_script_is_rebuilt_in_it_and_refused_elsewhere(tmp_path):
    script = tmp_path / "my_study.py"
    script.write_text(
        OPERATOR.format(name="Glass")
        + textwrap.dedent("""
        import json
        from workbench.parameters import describe, rebuild
        description = json.loads(json.dumps(describe(Glass(factor=0.2))))
        print(description["type"], rebuild(description).factor)
        """)
    )
    said = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["my_study:Glass", "0.2"]


def test_a_base_class_without_defaults_beside_it_keeps_no_class_from_joining(tmp_path):
    file = tmp_path / "own_lenses_of_a_test.py"
    needy = OPERATOR.format(name="Needy").replace("self, shape", "self, lens, shape")
    file.write_text(OPERATOR.format(name="Pane") + needy)
    try:
        assert [c.__name__ for c in catalog.load(file)] == ["Pane"]
        assert "Needy" not in catalog.members("operator")
    finally:
        sys.modules.pop(file.stem, None)
