"""Reports as files: whole or not at all."""

import os
import threading
from contextlib import suppress
from pathlib import Path

from workbench.comparison.comparison import Comparison
from workbench.comparison.report import figures
from workbench.comparison.report.shown import curves_shown, pictures_shown
from workbench.refusal import Refusal

CAPTION = ".txt"


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file; an older one of that name stays whole until the new one is. Refusal where that cannot be."""
    if path.is_dir():
        raise Refusal("a file to write a report to", f"{path}, which is a folder", "name a file in it")
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        remedy = "choose a folder that exists, can be written and has room"
        raise Refusal(f"to write {path}", f"{error.strerror or error}", remedy) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return path


def write_figures(comparison: Comparison, folder: Path, accuracy: float) -> tuple[Path, ...]:
    """Every figure as SVG, and its caption beside it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("a folder for figures", f"{folder} ({error.strerror})", "name another one") from error
    made = []
    for shown in (*pictures_shown(comparison), *curves_shown(comparison, accuracy)):
        made.append(write_whole(folder / f"{shown.name}.svg", figures.svg(shown.figure()).encode()))
        made.append(write_whole(folder / f"{shown.name}{CAPTION}", f"{shown.caption}\n".encode()))
    return tuple(made)
