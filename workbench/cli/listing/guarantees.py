"""What an algorithm needs, what it guarantees and who says so: read from its `needs` and its docstring.

A docstring says what is done, in its first paragraph or sentence; then what that guarantees; then the papers, by
their authors and year.
"""

import inspect
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workbench.algorithms import Algorithm

_PAPERS = re.compile(r"(?:^|(?<=[.;:] ))(?=[A-Z][A-Za-z'&,\- ]*?(?: et al\.)? \d{4}, )")


class Told(NamedTuple):
    """The sentences of one algorithm; empty where its docstring does not say."""

    needs: str
    guarantee: str
    paper: str


def told(cls: "type[Algorithm]") -> Told:
    """The sentences of an algorithm."""
    text = inspect.getdoc(cls) or ""
    first, *rest = (" ".join(part.split()) for part in text.split("\n\n"))
    said = " ".join(rest)
    if not rest:
        _, _, said = first.partition(". ")
    found = _PAPERS.search(said)
    start = found.start() if found else len(said)
    return Told("; ".join(cls.needs.words()) or "nothing", said[:start].strip(), said[start:].strip())
