"""A description as values at dotted paths."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_SHALLOW = ("number", "type", "name", "path")  # what `written.is_written` reads of an object


def terms(description: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The path and the value, as JSON, of everything in a description.

    A signal stands under `truth`; it is found under `source` as well, as a measurement is.
    """
    for path, value in _below(description, ""):
        told = json.dumps(_shallow(value), sort_keys=True, allow_nan=False)
        yield path, told
        if "source" not in description and path.partition(".")[0] == "truth":
            yield f"source{path.removeprefix('truth')}", told


def _below(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        where = f"{path}.{name}" if path else str(name)
        yield where, inner
        if isinstance(inner, Mapping):
            yield from _below(inner, where)


def _shallow(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: value[name] for name in _SHALLOW if isinstance(value.get(name), str)}
