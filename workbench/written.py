"""Whether a value is what a person writes."""

from collections.abc import Mapping
from typing import Any

_WORDS = {None: ("none", "auto", "null"), True: ("true", "yes", "on"), False: ("false", "no", "off")}


def is_written(found: Any, text: str) -> bool:
    """Whether a value of a description is what a person writes so: 1e-3 is 0.001, and 1,64,64 or [1, 64, 64] a list.

    An object is its class, a signal also its name.
    """
    if isinstance(found, Mapping):
        if "number" in found:  # one that JSON has not, such as inf
            return _is_number(found["number"], text)
        kind, _, name = str(found.get("type", "")).rpartition(".")
        return text == name or (kind == "data" and text == found.get("name", found.get("path")))
    if isinstance(found, list):
        deep = any(isinstance(item, list) for item in found)
        parts = [part for part in text.strip("[]()").split(";" if deep else ",") if part.strip()]
        return len(parts) == len(found) and all(is_written(f, p.strip()) for f, p in zip(found, parts, strict=True))
    if found is None or isinstance(found, bool):
        return text.lower() in _WORDS[found]
    if isinstance(found, int | float):
        return _is_number(found, text)
    return str(found).lower() == text.lower()


def _is_number(found: Any, text: str) -> bool:
    """Whether both are one number; no word is, also where a file has one in place of a number."""
    try:
        return float(text) == (found if isinstance(found, int) else float(found))
    except (TypeError, ValueError):
        return False
