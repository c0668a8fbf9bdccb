"""How Sphinx makes the site of the documentation: `make docs`. It loads nothing from the network when it is read."""

import importlib
import inspect
import re
import shutil
import types
from pathlib import Path
from typing import Any

import latex2mathml.converter
from docutils import nodes

from workbench import catalog, lessons, plots
from workbench.figures import preview
from workbench.parameters import Checked, as_code, parameters
from workbench.version import __version__

HERE = Path(__file__).parent
TUTORIALS, REFERENCE, PICTURES = (
    HERE / "tutorials",
    HERE / "reference",
    HERE / "pictures",
)  # made here
# What a program imports, in the order of the tree; `__all__` says what of it.
PUBLIC = {
    "workbench.experiment": "Experiments",
    "workbench.data": "Signals and files",
    "workbench.operators": "Operators",
    "workbench.noise": "Noises",
    "workbench.priors": "Priors",
    "workbench.algorithms": "Algorithms",
    "workbench.algorithms.diffusion": "Diffusion",
    "workbench.preconditioners": "Preconditioners",
    "workbench.run": "Runs",
    "workbench.analysis": "Probes and certificates",
    "workbench.analysis.spectrum": "Spectra",
    "workbench.analysis.information": "Information",
    "workbench.analysis.chains": "Chains",
    "workbench.networks": "Networks",
    "workbench.tuning": "Weights from the data, and trust",
    "workbench.lessons": "Lessons",
    "workbench.notebook": "Cells",
    "workbench.comparison": "Comparisons",
    "workbench.plots": "Plots",
}

project, author, release = "Inverse workbench", "the inverse workbench", __version__
extensions = ["myst_nb", "sphinx.ext.autodoc"]
add_module_names = False
root_doc = "index"
suppress_warnings = [
    "myst.xref_missing",  # tests/test_docs.py holds every link, those out of docs/ too
    "myst.header",
    "mystnb.unknown_mime_type",  # what HoloViews tells JupyterLab; the picture stands beside it
]

html_theme = "furo"
html_title = "Inverse workbench"
html_copy_source = False
myst_enable_extensions = ["deflist", "dollarmath"]
html_math_renderer = "mathml"
myst_heading_anchors = 3
myst_update_mathjax = False
nb_execution_mode = "auto"  # notebooks are kept without outputs
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_ipywidgets_js: dict[str, Any] = {}  # two scripts of a delivery network otherwise

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the list of arguments has them, with ranges and units
autodoc_inherit_docstrings = False  # a contract stands once, at the class that sets it
autodoc_default_options = {"members": True, "show-inheritance": True}


def copy_notebooks() -> None:
    """The notebooks of the repository as tutorials of the site."""
    shutil.rmtree(TUTORIALS, ignore_errors=True)
    TUTORIALS.mkdir()
    for notebook in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        shutil.copyfile(notebook, TUTORIALS / notebook.name)


def write_reference() -> None:
    """A page for each public module, with the docstrings of what it exports, under the name by which it is imported."""
    shutil.rmtree(REFERENCE, ignore_errors=True)
    REFERENCE.mkdir()
    told: list[Any] = []
    for path, title in PUBLIC.items():
        module = importlib.import_module(path)
        exported = {name: getattr(module, name) for name in module.__all__}
        entries = [_entry(path, name, what) for name, what in exported.items() if what not in told]
        told += exported.values()
        blocks = [f"```{{eval-rst}}\n{entry}\n```" for entry in entries if entry]
        page = "\n\n".join([f"# {title}", f"`from {path} import ...`", *blocks])
        (REFERENCE / f"{path}.md").write_text(page + "\n", encoding="utf-8")


def _entry(path: str, name: str, what: Any) -> str:
    """Its directive; nothing for a module, which has a page, a constant, another name of a type."""
    own = not isinstance(what, types.GenericAlias)
    kind = "autoclass" if own and inspect.isclass(what) else "autofunction" if inspect.isfunction(what) else ""
    return f".. {kind}:: {path}.{name}" if kind else ""


def draw_pictures(app: Any, config: Any) -> None:
    """A picture of what each operator, noise and prior does, named as it is, and those of the lessons."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    draw_lessons(config.lessons_drawn)
    for kind in ("operator", "noise", "prior"):
        for name, cls in catalog.members(kind).items():
            (PICTURES / f"{kind}-{name}.png").write_bytes(preview(cls()).png())


def draw_lessons(names: list[str]) -> None:
    """A picture of each of these lessons: what its first step shows."""
    drawn = {
        "Pictures": lambda shown: plots.pictures(shown.result),
        "Spectrum": lambda shown: plots.spectrum(shown.spectrum),
        "Choose": lambda shown: plots.weights(shown.weights),
        "Information": lambda shown: plots.plane(shown.paths),
        "Uncertainty": lambda shown: plots.posterior(shown.chains),
        "Network": lambda shown: plots.curves(shown.training, "loss"),
    }
    for lesson in map(lessons.find, names):
        step = lesson.step(1)
        plots.save(drawn[step.tab](lessons.Demonstration(step)), PICTURES / f"lesson-{lesson.name}.png")


def illustrate(app: Any, page: str, source: list[str]) -> None:
    """In the catalogue each picture follows the first sentence of its member, in the list of lessons each its line."""
    if page == "lessons":
        names = "|".join(app.config.lessons_drawn)
        line = rf"^(- \*\*.+\*\* \(`({names})`, \d+ steps\): .+)$"
        source[0] = re.sub(line, r"\1\n\n  ![its first step](pictures/lesson-\2.png)", source[0], flags=re.MULTILINE)
        return
    if page != "catalog":
        return
    lines, kind, waiting = [], "", ""
    for line in source[0].splitlines():
        if line.startswith("## "):
            kind = line.removeprefix("## ").lower().removesuffix("s")
        lines.append(line)
        if waiting and line:
            lines += ["", f"![what {waiting} does](pictures/{kind}-{waiting}.png)"]
            waiting = ""
        elif line.startswith("### ") and (PICTURES / f"{kind}-{line.removeprefix('### ')}.png").exists():
            waiting = line.removeprefix("### ")
    source[0] = "\n".join(lines)


def fill_gallery(app: Any, doctree: nodes.document, page: str) -> None:
    """On the page of the notebooks each has its title, its first sentence and the first picture that it draws."""
    if page != "gallery":
        return
    for notebook in sorted(TUTORIALS.glob("*.ipynb")):
        name = f"tutorials/{notebook.stem}"
        told = app.env.get_doctree(name)
        title, words = (next(iter(told.findall(kind))).astext() for kind in (nodes.title, nodes.paragraph))
        link = nodes.reference("", title, refuri=app.builder.get_relative_uri(page, name))
        drawn = [picture.deepcopy() for picture in list(told.findall(nodes.image))[:1]]
        for picture in drawn:
            picture["alt"] = f"a picture of the notebook {title}"
        entry = nodes.section("", nodes.title("", "", link), nodes.paragraph(text=words), *drawn, ids=[notebook.stem])
        doctree[0].append(entry)


def inline_math(translator: Any, node: Any) -> None:
    """TeX as MathML, which browsers draw by themselves."""
    translator.body.append(latex2mathml.converter.convert(node.astext()))
    raise nodes.SkipNode


def block_math(translator: Any, node: Any) -> None:
    translator.body.append(latex2mathml.converter.convert(node.astext(), display="block"))
    raise nodes.SkipNode


def plain(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """A docstring as it is read in an editor: its formulas hold | and *, which would be markup on the page."""
    lines[:] = _plain(inspect.cleandoc("\n".join(lines))).splitlines()
    if isinstance(obj, Checked):
        told = [f":param {p.name}: {_plain('; '.join(filter(None, (p.wanted(), p.meaning))))}" for p in parameters(obj)]
        lines += ["", *told]


def signature(
    app: Any, what: str, name: str, obj: Any, options: Any, given: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Of a public class its arguments and their defaults: Python sees the metaclass that checks them."""
    if not isinstance(obj, Checked):
        return given, returns
    words = [p.name if p.required else f"{p.name}={as_code(p.default)}" for p in parameters(obj)]
    return f"({', '.join(words)})", returns


def _plain(text: str) -> str:
    """Words as they stand, and what is between backticks as code."""
    parts = re.split(r"`([^`]+)`", text)  # every other one was between them
    return "".join(f"``{part}``" if i % 2 else re.sub(r"([\\*|_`])", r"\\\1", part) for i, part in enumerate(parts))


def setup(app: Any) -> None:
    copy_notebooks()
    write_reference()
    app.add_config_value("lessons_drawn", list(lessons.names()), "env", [list])
    app.connect("config-inited", draw_pictures)
    app.connect("source-read", illustrate)
    app.connect("doctree-resolved", fill_gallery)
    app.add_html_math_renderer("mathml", (inline_math, None), (block_math, None))
    app.connect("autodoc-process-docstring", plain)
    app.connect("autodoc-process-signature", signature)
