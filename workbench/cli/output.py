"""What the command line writes: answers to the standard output, refusals and progress to the standard error."""

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any


def say(text: str = "") -> None:
    """A line of the answer; what a terminal would obey, such as ESC in the name of a file, is shown and not sent."""
    sys.stdout.write(f"{_harmless(text)}\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """The whole answer as one JSON value, which has no words for NaN or infinity."""
    say(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))


def complain(sentence: str) -> None:
    """One line about what went wrong."""
    sys.stderr.write(f"workbench: {_harmless(' '.join(sentence.split()))}\n")


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> str:
    """Rows as aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def _harmless(text: str) -> str:
    """Control characters but ends of lines and tabs as Python writes them."""
    return "".join(c if unicodedata.category(c) != "Cc" or c in "\n\t" else repr(c)[1:-1] for c in text)
