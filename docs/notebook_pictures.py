"""Draw the picture of each notebook: `make pictures`, or `.venv/bin/python -m docs.notebook_pictures NAME ...`.

A notebook says by the tag `picture` which of its cells draws it, and is run as far as that. The file remembers of which
cells it was made, so that a test knows when it is out of date.
"""

import argparse
import base64
import hashlib
import io
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image, ImageChops, ImageOps
from PIL.PngImagePlugin import PngInfo

from workbench import tutorials

TAG, MADE_FROM = "picture", "made of"
SIZE, COLOURS, EDGE, PATIENCE = (560, 300), 128, 6, 600
FOLDER = tutorials.NOTEBOOKS / tutorials.PICTURES


def part(notebook: Path) -> nbformat.NotebookNode:
    """A notebook as far as the cell that draws its picture."""
    whole = nbformat.read(notebook, 4)
    last = next(i for i, cell in enumerate(whole.cells) if TAG in cell.metadata.get("tags", []))
    whole.cells = whole.cells[: last + 1]
    return whole


def digest(notebook: Path) -> str:
    """Of the code that draws the picture."""
    code = [cell.source for cell in part(notebook).cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(code).encode()).hexdigest()


def drawn(notebook: Path) -> Image.Image:
    """Run it, and take the figure of its last cell: without its white margins, and small."""
    ran = NotebookClient(part(notebook), timeout=PATIENCE, resources={"metadata": {"path": notebook.parent}}).execute()
    shown = [output["data"] for output in ran.cells[-1].outputs if "data" in output]
    coded = [data["image/png"] for data in shown if "image/png" in data]
    coded += re.findall(r"data:image/png;base64,([^'\"]+)", "".join(data.get("text/html", "") for data in shown))
    picture = Image.open(io.BytesIO(base64.b64decode(coded[-1]))).convert("RGB")
    picture = ImageOps.expand(picture.crop(ImageChops.invert(picture).getbbox()), EDGE, "white")
    picture.thumbnail(SIZE, Image.Resampling.LANCZOS)
    return picture


def main(names: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for notebook in sorted(tutorials.NOTEBOOKS.glob("*.ipynb")):
        if not names or notebook.stem in names:
            words = PngInfo()
            words.add_text(MADE_FROM, digest(notebook))
            file = FOLDER / f"{notebook.stem}.png"
            drawn(notebook).quantize(COLOURS).save(file, optimize=True, pnginfo=words)


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("names", nargs="*", help="of notebooks; all without")
    main(given.parse_args().names)
