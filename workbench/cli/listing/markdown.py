"""The catalogue as a page of the documentation."""

from typing import Any

HEAD = """# Catalogue

Every member with its parameters, as `workbench list` shows them. Made from the signatures by `make catalog`: do not
edit by hand. Operators also take `shape` first, the channels and sides of the unknown, which the command line and the
page fill in from the signal."""


def page(found: dict[str, list[dict[str, Any]]]) -> str:
    """The page of what `workbench list --json` says."""
    return "\n\n".join([HEAD, *(_chapter(kind, entries) for kind, entries in found.items())])


def _chapter(kind: str, entries: list[dict[str, Any]]) -> str:
    if kind == "truths":
        keys = ("name", "title", "kind", "licence", "source")
        return "## Truths\n\n" + _table(keys, [[str(e[key]) for key in keys] for e in entries])
    head = [f"## {kind.capitalize()}", *([_guarantees(entries)] if kind == "algorithms" else [])]
    return "\n\n".join([*head, *(part for e in entries for part in _member(e))])


def _guarantees(entries: list[dict[str, Any]]) -> str:
    """The table of what each algorithm needs and guarantees, and where that is shown."""
    keys = ("needs", "guarantee", "paper")
    rows = [(f"[{e['name']}](#{e['name'].lower()})", *(e[key] for key in keys)) for e in entries]
    return _table(("algorithm", *keys), rows)


def _member(entry: dict[str, Any]) -> list[str]:
    told = [p for p in entry["parameters"] if p["name"] != "shape"]
    rows = [(f"`{p['name']}`", f"`{word(p['default'])}`", p["takes"], p["meaning"]) for p in told]
    formula = [f"$$\n{entry['formula']}\n$$"] if entry["formula"] else []
    parts = [f"### {entry['name']}", _escaped(entry["meaning"]), *formula]
    return [*parts, _table(("parameter", "default", "takes", "meaning"), rows)] if rows else parts


def word(default: Any) -> str:
    """A default, as `describe` tells it, as a person types it."""
    if isinstance(default, dict):
        return default["type"].rpartition(".")[2]
    if isinstance(default, list):
        return ",".join(map(word, default))
    return "auto" if default is None else str(default).lower() if isinstance(default, bool) else str(default)


def _table(head: Any, rows: Any) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_escaped, line)) + " |" for line in lines)


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is: a bar would end a cell, an asterisk would slant the rest."""
    return text.replace("|", "\\|") if text.startswith("`") else text.replace("|", "\\|").replace("*", "\\*")
