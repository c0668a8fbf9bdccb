"""The Python in the documentation runs as it stands, block after block."""

import base64
import io
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import latex2mathml.converter
import nbformat
import pytest
import torch
from PIL import Image

from workbench import catalog, lessons
from workbench.parameters import as_code, describe, rebuild
from workbench.tensors import dot

ROOT = Path(__file__).parent.parent


def execute(name: str) -> types.ModuleType:
    """The module that the Python blocks of a page make."""
    module = types.ModuleType(f"page_{Path(name).stem}")
    sys.modules[module.__name__] = module  # classes are rebuilt by the name of their module
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, name, "exec"), vars(module))
    return module


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "docs/adding_a_probe.md",
        "docs/coming_from.md",
        "docs/comparing.md",
        "docs/concepts.md",
        "docs/files.md",
    ],
)
def test_the_examples_run(name, capsys):
    execute(name)


def test_what_the_readme_shows_reconstructs():
    """PSNR rises, to 20 dB or more, in every experiment that a reader of the first page copies."""
    page = execute("README.md")
    found = [page.result, page.scan.run()]
    for psnr in (result.psnr.values[:, 0] for result in found):
        assert psnr[-1] > max(psnr[0], 20)


def test_the_worked_example_of_a_member_meets_the_first_laws():
    page = execute("docs/adding.md")
    operator = page.Vignette((2, 6, 8), 0.9)
    rng = torch.Generator().manual_seed(0)
    x, y = (torch.randn(3, 2, 6, 8, generator=rng, dtype=torch.complex128) for _ in range(2))
    torch.testing.assert_close(dot(operator(x), y), dot(x, operator.adjoint(y)), rtol=1e-12, atol=1e-12)
    assert operator(x.to(torch.complex64)).dtype == torch.complex64
    for member in (operator, page.Landweber(1.5), page.Scratches((1, 4, 9), seed=3)):
        assert describe(rebuild(describe(member))) == describe(member)
    assert as_code(operator).endswith("Vignette(shape=(2, 6, 8), strength=0.9)")


def test_the_site_is_made_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    for folder in ("docs", "notebooks"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("tutorials", "reference", "pictures")
        )
    drawn = nbformat.v4.new_output("display_data", {"image/png": base64.b64encode(_dot()).decode()})
    cells = [nbformat.v4.new_markdown_cell("# Seen\n\nIt draws."), nbformat.v4.new_code_cell("x", outputs=[drawn])]
    seen = nbformat.v4.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    nbformat.write(seen, tmp_path / "notebooks" / "99_seen.ipynb")
    # The notebooks are run by themselves; of the lessons one is drawn for each tab that they begin with.
    few = f"lessons_drawn={','.join({lesson.step(1).tab: lesson.name for lesson in lessons.every()}.values())}"
    words = ["-q", "-W", "--keep-going", "-b", "html", "-D", "nb_execution_mode=off", "-D", few, "docs", "site"]
    made = subprocess.run(
        [sys.executable, "-m", "sphinx", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr[-4000:]
    pages = {page.name: page.read_text(encoding="utf-8") for page in (tmp_path / "site").rglob("*.html")}
    assert {"index.html", "concepts.html", "01_first_reconstruction.html", "workbench.operators.html"} <= set(pages)
    assert "workbench.operators.GaussianBlur" in pages["workbench.operators.html"]
    assert pages["catalog.html"].count("<math ") >= 140 and "operator-Radon.png" in pages["catalog.html"]
    entries = re.findall(r"<section id=\"(\d\w+)\">(.*?)</section>", pages["gallery.html"], re.DOTALL)
    assert [name for name, _ in entries] == sorted(path.stem for path in (tmp_path / "notebooks").glob("*.ipynb"))
    name, told = entries[-1]
    assert "It draws." in told and f'href="tutorials/{name}.html"' in told
    picture = re.search(r'<img[^>]+src="([^"]+)"', told)
    listed = (tmp_path / "site" / "lessons.html").read_text(encoding="utf-8")
    assert listed.count("_images/lesson-") == few.count(",") + 1
    assert picture and (tmp_path / "site" / picture[1]).read_bytes() == _dot()
    away = {n: re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"(?:https?:)?//[^\"]+", p) for n, p in pages.items()}
    assert not any(away.values()), {name: found for name, found in away.items() if found}


def _dot() -> bytes:
    file = io.BytesIO()
    Image.new("L", (8, 8), 128).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("kind", catalog.KINDS)
def test_every_member_has_a_formula_that_can_be_drawn(kind):
    """And without a word of TeX that MathML was not found for, which would be drawn as it stands."""
    for name, member in catalog.members(kind).items():
        drawn = latex2mathml.converter.convert(member.formula)
        assert member.formula and "\\" not in drawn, (name, drawn)


def test_links_lead_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_changelog_counts_the_catalogue():
    found = re.search(
        r"(\d+) operators, (\d+) parametrisations, (\d+) noises, (\d+) priors, (\d+) algorithms",
        (ROOT / "CHANGELOG.md").read_text(),
    )
    there = {f"{kind}s": len(catalog.members(kind)) for kind in catalog.KINDS}
    assert found and dict(zip(there, map(int, found.groups()), strict=True)) == there, "mend that line of CHANGELOG.md"
