"""The settings of runs by dotted path: those that differ, and those that agree."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.parameters import describe, parameters, resolve
from workbench.parametrisations import Direct
from workbench.refusal import Refusal

Flat = dict[str, tuple[Any, bool]]  # by path: the value, and whether the class has it by default
_SKIPPED = ("version", "type")
_FEW = 4  # letters of a SHA-256 that tell two arrays apart


@dataclass(frozen=True)
class Setting:
    """A setting at a dotted path: its value in each run, None in those whose parts have no such setting."""

    path: str
    values: tuple[Any, ...]
    there: tuple[bool, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Each value as a person writes it; a dash where there is none."""
        return tuple(in_words(v) if there else "–" for v, there in zip(self.values, self.there, strict=True))


def flat(description: Mapping[str, Any], path: str = "") -> Flat:
    """Every setting of a description by its path; a part stands under its own path, as the name of its class."""
    found: Flat = {}
    made = _class(description.get("type"))
    defaults = _defaults(made)
    for name, value in description.items():
        where, usual = f"{path}{name}", name in defaults and defaults[name] == value
        if name in _SKIPPED or (made is Direct and usual):  # which is for pictures of any shape, and not of that one
            continue
        if isinstance(value, Mapping) and "type" in value:
            found[where] = (value["type"].rpartition(".")[2], usual)
            found |= flat(value, f"{where}.")
        elif isinstance(value, list) and any(isinstance(v, Mapping) and "type" in v for v in value):
            found |= flat({str(i): v for i, v in enumerate(value)}, f"{where}.")
        else:
            found[where] = (value, usual)
    return found


def settings(told: Sequence[Flat]) -> tuple[tuple[Setting, ...], tuple[Setting, ...]]:
    """Those that differ, and those that agree, each in the order of the descriptions.

    A setting that some parts do not have differs only where it is another than its class has by default.
    """
    differing, agreeing = [], []
    for path in dict.fromkeys(path for each in told for path in each):
        there = tuple(path in each for each in told)
        values = tuple(each[path][0] if path in each else None for each in told)
        known = {json.dumps(v, sort_keys=True) for v, t in zip(values, there, strict=True) if t}
        usual = all(each[path][1] for each in told if path in each)
        made = Setting(path, values, there)
        if len(known) > 1 or (not all(there) and not usual):
            differing.append(made)
        elif all(there):
            agreeing.append(made)
    return tuple(differing), tuple(agreeing)


def in_words(value: Any) -> str:
    """A described value as a person writes it."""
    if isinstance(value, Mapping):
        if "number" in value:
            return str(value["number"])
        if "array" in value:
            return f"array {str(value['array'])[:_FEW]}"
        return str(value.get("type", value.get("undescribed", "")) or value).rpartition(".")[2]
    if isinstance(value, list):
        return " × ".join(map(in_words, value)) if all(isinstance(v, int) for v in value) else _listed(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    return {None: "automatic", True: "yes", False: "no"}.get(value, str(value)) if _is_word(value) else str(value)


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _listed(value: list[Any]) -> str:
    return ", ".join(map(in_words, value[:_FEW])) + (f" ... ({len(value)})" if len(value) > _FEW else "")


def _class(kind: Any) -> type | None:
    """The class that a description names; None where it is not here."""
    try:
        return resolve(kind) if kind else None
    except Refusal:
        return None


def _defaults(made: type | None) -> Mapping[str, Any]:
    """What a class has by default, described."""
    return {p.name: describe(p.default) for p in (parameters(made) if made else ()) if not p.required}


def labels(told: Sequence[Flat]) -> tuple[str, ...]:
    """A label for each, made of what differs; the numbers of those that nothing tells apart."""
    differing, _ = settings(told)
    chosen = [s for s in differing if s.path.rpartition(".")[2] != "device"]
    made = [_label(chosen, i) or f"run {i + 1}" for i in range(len(told))]
    return tuple(distinct(made))


_MOST = 3


def _label(chosen: Sequence[Setting], run: int) -> str:
    words = []
    for each in chosen:
        if each.there[run] and len(words) < _MOST:
            name, value = each.path.rpartition(".")[2], each.words[run]
            is_part = isinstance(each.values[run], str) and each.values[run][:1].isupper()
            words.append(value if is_part else f"{name} {value}")
    return ", ".join(words)


def distinct(names: Sequence[str]) -> list[str]:
    """The names, with a number where one comes again."""
    made: list[str] = []
    for name in names:
        made.append(apart(name, made))
    return made


def apart(name: str, others: Sequence[str]) -> str:
    """The name, with a number where another one has it."""
    found, number = name, 2
    while found in others:
        found, number = f"{name} ({number})", number + 1
    return found
