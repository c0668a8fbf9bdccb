"""The order of the tree, a light core, small files: DESIGN's sentences as tests."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import catalog

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "workbench"
# Each level may import from itself and from the levels above it, at the time it is itself imported.
ORDER = (
    (
        "__init__",
        "cache",
        "refusal",
        "tensors",
        "memory",
        "ranges",
        "processes",
        "progress",
        "tutorials",
        "devices",
        "divergence",
        "version",
        "written",
    ),
    ("parameters",),
    ("kernels",),
    ("operators",),
    ("linalg",),
    ("denoisers",),
    ("weights",),
    ("priors",),
    ("noise",),
    ("parametrisations",),
    ("problem",),
    ("posterior",),
    ("preconditioners",),
    ("algorithms",),
    ("run",),
    ("analysis",),
    ("stopping",),
    ("data",),
    ("networks",),
    ("recipes",),
    ("ensembles",),
    ("storage",),
    ("catalog",),
    ("paths",),
    ("tuning",),
    ("figures",),
    ("experiment",),
    ("example_scans",),
    ("jobs", "grid", "checks", "records", "sweeps"),
    ("comparison",),
    ("plots", "live", "run_folder"),
    ("lessons",),
    ("notebook",),
    ("cli", "__main__"),
    ("app",),
)
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
HEAVY = (
    "matplotlib",
    "panel",
    "holoviews",
    "bokeh",
    "param",
    "ipywidgets",
    "skimage",
    "scipy",
    "pydicom",
    "nibabel",
    "tifffile",
    "imagecodecs",
    "h5py",
    "PIL",
    "dask",
    "zarr",
    "safetensors",
    "triton",
)
LONGEST_FILE, LONGEST_DOCSTRING = 300, 8
MOST_FILES = 20
LEADING = 0.75  # of all classes, at least
FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The entry of ORDER that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when a module is imported: not those in functions, nor under TYPE_CHECKING."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from at_import(node.orelse)
            continue
        yield node
        for field in ("body", "orelse", "finalbody"):
            yield from at_import(getattr(node, field, []))


def imports(path: Path) -> Iterator[str]:
    """The parts of the workbench that a file imports at import time."""
    for node in at_import(ast.parse(path.read_text()).body):
        if isinstance(node, ast.ImportFrom) and node.module == "workbench":
            yield from (a.name if a.name in LEVEL else "__init__" for a in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workbench."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("workbench."))


def name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nothing_imports_downwards(path):
    own = part_of(path)
    assert own in LEVEL, f"give workbench/{own} its place in ORDER"
    below = [p for p in imports(path) if LEVEL[p] > LEVEL[own]]
    assert not below, f"{name(path)} imports {below}, which stands below it"


def test_the_order_names_what_is_there():
    found = {part_of(path) for path in FILES}
    assert set(LEVEL) == found, f"not there: {set(LEVEL) - found}; without a place: {found - set(LEVEL)}"


@pytest.mark.parametrize("kind", ["algorithms", "operators", "priors", "kernels"])
def test_rooms_have_an_order_too(kind):
    """No two rooms of a sub-package need each other when they are imported."""
    needs: dict[str, set[str]] = {}
    for path in (PACKAGE / kind).rglob("*.py"):
        own, *rest = path.relative_to(PACKAGE / kind).parts
        for node in at_import(ast.parse(path.read_text()).body if rest else []):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"workbench.{kind}."):
                needs.setdefault(own, set()).add((node.module or "").split(".")[2])
    while needs:
        free = [room for room, others in needs.items() if not (others - {room}) & set(needs)]
        assert free, f"these rooms of {kind} need one another: {sorted(needs)}"
        for room in free:
            del needs[room]


def test_no_folder_is_crowded():
    """A person looks for a file among at most so many."""
    counts = Counter(str(path.parent.relative_to(PACKAGE)) for path in FILES)
    crowded = {folder: n for folder, n in counts.items() if n > MOST_FILES}
    assert not crowded, f"divide them into rooms by subject: {crowded}"


def test_names_lead_to_files():
    """A class lives in a file that shares a word with its name; `base` and `__init__` bear the name of their folder."""
    leads = {f"{name(path)}: {cls}": leads_to(cls, path) for path in FILES for cls in classes(path)}
    share = sum(leads.values()) / len(leads)
    strays = [where for where, leading in leads.items() if not leading]
    assert share >= LEADING, f"{share:.1%} of the names lead to a file; these do not: {strays}"


def test_no_name_is_of_two_classes():
    """What a person reads in one file is what it is in every other; what was saved knows classes by name, too."""
    homes: dict[str, list[str]] = {}
    for path in FILES:
        for cls in classes(path):
            homes.setdefault(cls, []).append(name(path))
    assert not (twice := {cls: where for cls, where in homes.items() if len(where) > 1}), twice


def test_dataclasses_are_frozen():
    """A state, a member, a finding is what it was; what gathers, and is nobody's value, is listed."""
    gathering = {"_StateReader", "_StateWriter", "Recording", "Ladder", "Course", "Tally", "Ration"}
    loose = {
        node.name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for said in map(ast.unparse, node.decorator_list)
        if said.startswith("dataclass") and "frozen=True" not in said
    }
    assert loose == gathering


def classes(path: Path) -> list[str]:
    return [node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]


def leads_to(cls: str, path: Path) -> bool:
    """Whether a word of the file is one of the class's, or, of three letters or more, a part of its name."""
    stem = path.parent.name if path.stem in ("base", "__init__") else path.stem
    run, plain = stem.replace("_", ""), cls.strip("_").lower()
    words = {word.removesuffix("s") or word for word in stem.split("_")}
    own = {w.lower().removesuffix("s") for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", cls)}
    return bool(words & own) or run in plain or plain in run or any(len(w) > 2 and w in plain for w in words)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_and_docstrings_are_short(path):
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            lines = (ast.get_docstring(node) or "").splitlines()
            assert len(lines) <= LONGEST_DOCSTRING, f"{getattr(node, 'name', 'the module')}: {len(lines)} lines"


def test_the_core_imports_without_the_extras():
    """With every optional package barred, so that neither we nor what we need can lean on one."""
    # Kernels for a GPU are read where one asks for them, and Triton is then there.
    core = [
        p for p in FILES if part_of(p) not in ("app", "plots", "notebook", "__main__") and not p.stem.endswith("triton")
    ]
    modules = [".".join(("workbench", *p.relative_to(PACKAGE).with_suffix("").parts)) for p in core]
    code = f"""
sys.modules |= dict.fromkeys({HEAVY})
for module in {modules}:
    importlib.import_module(module.removesuffix(".__init__"))"""
    assert after(code, "sys.modules['workbench.experiment'].Experiment.__name__") == "Experiment"


def test_the_parser_of_the_command_line_needs_no_torch():
    assert after("import workbench.cli; workbench.cli._parsers()", "'torch' in sys.modules") == "False"


def test_an_experiment_imports_no_information_plane_and_no_compiler():
    question = "{'workbench.analysis.information', 'numba', 'xarray', 'pywt'} & sys.modules.keys() or 'none'"
    assert after("import workbench.experiment", question) == "none"


def after(code: str, question: str) -> str:
    """What a fresh process answers after it ran the code."""
    script = f"import importlib, sys\n{code}\nprint({question})"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return answer.stdout.strip()


@pytest.mark.parametrize("kind", catalog.KINDS)
def test_every_member_is_in_the_docs_and_in_a_notebook(kind):
    docs = (ROOT / "docs" / "catalog.md").read_text()
    notebooks = "".join(p.read_text() for p in (ROOT / "notebooks").glob("*.ipynb"))
    for member in catalog.members(kind):
        assert f"### {member}\n" in docs, f"run `make catalog`: {member} is not in docs/catalog.md"
        shown = re.search(rf"\b{member}\b", notebooks) or f'members(\\"{kind}\\")' in notebooks
        assert shown, f"{member} is in no notebook"


KERNELS = [p.parent for pattern in ("kernels/*/reference.py", "kernels/*/*/numba.py") for p in PACKAGE.glob(pattern)]


@pytest.mark.parametrize("folder", sorted(KERNELS), ids=name)
def test_every_back_end_of_a_kernel_is_held_to_its_protocol(folder):
    """By pyright, at the end of the entry; a back end that is not named there would be held to nothing.

    A special case of a kernel has the reference of that.
    """
    end = ast.parse((folder / "__init__.py").read_text()).body[-1]
    assert isinstance(end, ast.If) and ast.unparse(end.test) == "TYPE_CHECKING"
    (backends,) = (node for node in end.body if isinstance(node, ast.AnnAssign))
    assert isinstance(backends.value, ast.Tuple)
    named = {ast.unparse(item) for item in backends.value.elts}
    own = {stem for stem in ("reference", "numba", "triton") if (folder / f"{stem}.py").exists()}
    assert named == own | {"reference"}
