"""The notebooks that come with the workbench: where they are, what each is about, and its picture."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

PACKAGED = Path(__file__).parent / "notebooks"  # where a wheel has them
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"  # of a checkout
PICTURES = "pictures"  # the folder in it; `make pictures` draws them
_LETTERS = 150  # of what is told of one


@dataclass(frozen=True)
class Tutorial:
    """A notebook: its file, its title, and its first sentences."""

    path: Path
    title: str
    about: str

    @property
    def picture(self) -> bytes:
        """A figure of it as PNG; empty where none was drawn."""
        drawn = self.path.parent / PICTURES / f"{self.path.stem}.png"
        return drawn.read_bytes() if drawn.is_file() else b""


def every(folder: Path | None = None) -> tuple[Tutorial, ...]:
    """All notebooks of a folder, in their order; those of this installation where none is given."""
    where = folder or (PACKAGED if PACKAGED.is_dir() else NOTEBOOKS)
    return tuple(_read(path) for path in sorted(where.glob("*.ipynb")))


def _read(path: Path) -> Tutorial:
    """Title and words are those of its first cell."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    heading, _, words = "".join(cells[0]["source"]).partition("\n")
    paragraph = " ".join(words.strip().partition("\n\n")[0].split())
    told = ""
    for sentence in re.findall(r"\S.*?(?:[.!?](?= |$)|$)", re.sub(r"[*`$]", "", paragraph)):
        if told and len(told) + len(sentence) > _LETTERS:
            break
        told = f"{told} {sentence}".strip()
    return Tutorial(path, heading.lstrip("# "), told)
