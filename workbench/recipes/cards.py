"""What a training leaves behind: weights, their hash, a card and a loss curve."""

import csv
import hashlib
import io
import json
from pathlib import Path

import torch

from workbench.parameters import as_code
from workbench.recipes.course import Course
from workbench.recipes.fit import FitState, network_of
from workbench.recipes.handwritten_digits import HandwrittenDigits
from workbench.recipes.laplacian import Laplacian
from workbench.recipes.measures import Figure
from workbench.recipes.photographs import Photographs
from workbench.recipes.pictures import Pictures
from workbench.weights import read, write
from workbench.weights.files import replace_file
from workbench.weights.shipped import MANIFEST

_PHOTOGRAPHS = """Photographs that installed packages carry: of scikit-image coffee and retina (CC0), rocket (NASA, \
public domain), motorcycle_left (Middlebury 2014), ihc (no known copyright restrictions){grey}; of scikit-learn china \
and flower (CC BY 2.0, danielbuechele and vultilion). Central squares at 512, 384 and 288 px, crops of {side} px \
turned and flipped; {share:.0%} of the crops are dead leaves, a formula of ours. Held out: camera, astronaut, chelsea.
"""
_GREY = ", coins, brick, grass, gravel (CC0 or no known restrictions) and moon"
_DIGITS = """The digits of 8 x 8 px of scikit-learn (Alpaydin & Kaynak 1998, CC BY 4.0), the first four fifths. Held \
out: the last fifth."""
_LAPLACIAN = "Random numbers of density exp(-|x| / scale) / (2 scale), scale {scale:g}: a formula, and no data."


def finish(name: str, course: Course, state: FitState, folder: Path) -> Path:
    """Write `name`.safetensors, its hash into the manifest, its card and its curve; the path of the weights."""
    path = folder / f"{name}.safetensors"
    write(network_of(course.problem, state), path)
    whole = path.read_bytes()
    _enter(folder / MANIFEST, name, hashlib.sha256(whole).hexdigest())
    with torch.no_grad():
        figures = course.recipe.task.figures(read(path))
    replace_file(folder / f"{name}.csv", _curve(course).encode())
    replace_file(folder / f"{name}.md", card(name, course, figures).encode())
    return path


def card(name: str, course: Course, figures: list[Figure]) -> str:
    """The card in Markdown."""
    recipe, last = course.recipe, course.curve[-1]
    rows = [f"| {f.task} | {f.psnr:.2f} | {f.other}: {f.other_psnr:.2f} |" for f in figures]
    seed = f"seed {recipe.seed}{' (streams of the first format)' if recipe.seed < 0 else ''}"
    size = sum(p.numel() for p in recipe.network.parameters())
    parts = [
        f"# {name}",
        (type(recipe.network).__doc__ or "").strip(),
        f"{size:,} weights, stored in half precision. Licence: MIT, as the workbench.",
        "## Data",
        _data(recipe.task.pictures),
        "## Recipe",
        f"`workbench train {name}` repeats it: {recipe.fit.steps:,} steps, {seed}, "
        f"{_time(last.seconds)} of one core. The curve is in {name}.csv.",
        f"```python\n{as_code(recipe)}\n```",
        "## Held out",
        "\n".join(["| task | PSNR, dB | beside it, dB |", "|---|---|---|", *rows]),
    ]
    return "\n\n".join(parts) + "\n"


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds > 90 else f"{seconds:.0f} seconds"


def _data(pictures: Pictures) -> str:
    if isinstance(pictures, Photographs):
        grey = "" if pictures.colour else _GREY
        return _PHOTOGRAPHS.format(grey=grey, side=pictures.side, share=pictures.leaves).strip()
    if isinstance(pictures, Laplacian):
        return _LAPLACIAN.format(scale=pictures.scale)
    return _DIGITS if isinstance(pictures, HandwrittenDigits) else type(pictures).__doc__ or ""


def _curve(course: Course) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(course.curve[0]._fields)
    table.writerows([p.k, *(f"{number:.6g}" for number in p[1:])] for p in course.curve)
    return text.getvalue()


def _enter(manifest: Path, name: str, digest: str) -> None:
    hashes = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    replace_file(manifest, (json.dumps(dict(sorted((hashes | {name: digest}).items())), indent=2) + "\n").encode())
