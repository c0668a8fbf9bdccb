"""What the formula of a noise or of a prior says, taken apart: its term of the objective, and what explains it."""

import re
from dataclasses import dataclass

_BETWEEN = r", \quad "
_LIKELIHOOD = r"-\log p(y \mid \bar y)"
_INSIDE = r"0 \text{ where } "
_DEFINED = re.compile(r"(?P<letter>[^=]+) = \\text\{(?P<name>\w+)\}")
# Letters for arguments that formulas do not name; one that they do, `s = \text{order}`, comes before.
_LETTERS = {
    "weight": "w",
    "sigma": r"\sigma",
    "radius": "r",
    "dof": r"\nu",
    "delta": r"\delta",
    "length": r"\ell",
    "order": "s",
    "model": "m",
    "prior": "h",
}


@dataclass(frozen=True)
class Clauses:
    """A `term` of the sum that is minimised or the `constraint` in its place, and what follows it: all in TeX.

    `letters` are those of arguments, by their names.
    """

    term: str
    constraint: str
    where: tuple[str, ...]
    letters: dict[str, str]


def of_noise(formula: str) -> Clauses:
    """-log p(y | clean) as the formula gives it; as a name where it says only how data are made."""
    clauses = formula.split(_BETWEEN)
    found = next((i for i, each in enumerate(clauses) if each.startswith(_LIKELIHOOD)), None)
    if found is None:
        return Clauses(_LIKELIHOOD, "", (), {})
    return _term(clauses[found].partition(" = ")[2], clauses[found + 1 :])


def of_prior(formula: str) -> Clauses:
    """g(x) as the formula gives it, a set as its constraint; as a name where there is a law or a denoiser instead."""
    head, *tail = formula.split(_BETWEEN)
    left, _, right = head.partition(" = ")
    if left not in ("g(x)", "g(u)"):
        law = head.startswith(r"x \sim")
        return Clauses(r"\log \frac{1}{p(x)}" if law else "g(x)", "", *_explained([head, *tail] if law else []))
    if right.startswith(_INSIDE):
        bounds = [each for each in tail if not each.startswith(r"\infty")]
        return Clauses("", _BETWEEN.join([right.removeprefix(_INSIDE), *bounds]), (), {})
    return _term(right, tail)


def first_clause(formula: str) -> str:
    """What a formula says first."""
    return formula.partition(_BETWEEN)[0]


def letter(name: str, clauses: Clauses) -> str:
    """How a formula writes an argument: as it says itself, by its usual letter, or in full."""
    return clauses.letters.get(name) or _LETTERS.get(name, rf"\text{{{name}}}")


def marked(tex: str, symbol: str, mark: str, entries: bool = False) -> str:
    """With a mark in the place of a symbol, wherever it stands for itself; with `entries`, for one of its own too."""
    if symbol.startswith(r"\text"):
        return tex.replace(symbol, mark)
    after = "A-Za-z" if entries else "A-Za-z_"
    return re.sub(rf"(?<![A-Za-z\\]){re.escape(symbol)}(?![{after}])", mark, tex)


def mentions(formula: str, name: str) -> bool:
    """Whether a formula has a letter for that argument, or its name."""
    symbol = letter(name, Clauses("", "", (), _explained(formula.split(_BETWEEN))[1]))
    return marked(formula, symbol, "") != formula


def _term(right: str, tail: list[str]) -> Clauses:
    """The first of what a formula says to be equal as the term; that it equals the others explains it."""
    first, equal, _ = right.partition(" = ")
    where, letters = _explained(tail)
    return Clauses(first, "", (right, *where) if equal else where, letters)


def _explained(clauses: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The clauses that explain, and the letters that others define."""
    defined = {found["name"]: found["letter"] for each in clauses if (found := _DEFINED.fullmatch(each))}
    others = [each for each in clauses if not _DEFINED.fullmatch(each)]
    return tuple(each for each in others if re.search(r"=|\\sim|\\ge", each)), defined
