"""`workbench list`: what exists, read from the signatures."""

import argparse
import inspect
import math
import sys
from typing import TYPE_CHECKING, Any

from workbench import cache
from workbench.cli.experiment import loading
from workbench.cli.listing import markdown
from workbench.cli.listing.guarantees import told
from workbench.cli.output import say, say_json, table
from workbench.refusal import one_of

if TYPE_CHECKING:
    from workbench.parameters import Parameter

SUMMARY = "List what exists, with every parameter, default, range, unit and meaning."
EXAMPLES = ("workbench list", "workbench list priors", "workbench list truths --json")

KINDS = {
    "operators": "operator",
    "parametrisations": "parametrisation",
    "noises": "noise",
    "priors": "prior",
    "algorithms": "algorithm",
    "preconditioners": "preconditioner",
    "schedules": "schedule",
    "samplers": "sampler",
    "estimators": "estimator",
    "filters": "filter",
    "regions": "region",
    "steps": "step",
    "selectors": "selector",
    "hyperparameters": "hyperparameter",
    "hypergradients": "hypergradient",
    "learners": "learner",
    "ensembles": "ensemble",
    "tasks": "task",
    "statements": "statement",
    "readouts": "readout",
    "truths": "truth",
}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", nargs="?", help=f"{', '.join(KINDS)}; all of them when left out")
    parser.add_argument("--json", action="store_true", help="one JSON object: a list of members for each kind")
    loading.option(parser)
    parser.add_argument("--markdown", action="store_true", help="a page for the documentation")


def main(args: argparse.Namespace) -> int:
    # Where the catalogue is imported already, or is about to be, classes of others may have joined it.
    alone = not args.load and "workbench.catalog" not in sys.modules
    loading.load(args)
    kinds = list(KINDS) if args.kind is None else [one_of("a kind", args.kind, KINDS)]
    found = {kind: _kept(kind) if alone else members(kind) for kind in kinds}
    if args.json:
        say_json(found)
    elif args.markdown:
        say(markdown.page(found))
    else:
        say("\n\n".join(_page(kind, entries) for kind, entries in found.items()))
    return 0


def _kept(kind: str) -> list[dict[str, Any]]:
    """Those of the last time where nothing has changed since: then no torch is imported."""
    found = cache.recalled(f"catalogue/{kind}")
    if found is None:
        found = members(kind)
        cache.keep(f"catalogue/{kind}", found)
    return found


def members(kind: str) -> list[dict[str, Any]]:
    """Every member of a kind as plain JSON."""
    if kind == "truths":
        return _truths()
    from workbench import catalog
    from workbench.algorithms import Algorithm
    from workbench.parameters import home, parameters

    known = sorted(catalog.members(KINDS[kind]).items())
    return [
        {
            "name": name,
            "type": home(cls),
            "meaning": summary(cls),
            "formula": getattr(cls, "formula", ""),
            "parameters": [_plain(p) for p in parameters(cls)],
            **(told(cls)._asdict() if issubclass(cls, Algorithm) else {}),
        }
        for name, cls in known
    ]


def summary(cls: type) -> str:
    """The first sentence of a docstring."""
    return " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split())


def _truths() -> list[dict[str, Any]]:
    from workbench import data

    keys = ("name", "title", "kind", "channels", "native", "licence", "source")
    return [{key: getattr(data.info(name), key) for key in keys} for name in data.names()]


def _plain(p: "Parameter") -> dict[str, Any]:
    from workbench.parameters import describe

    low, high = (p.range.limits or (p.range.low, p.range.high)) if p.range else (None, None)
    slider = [_finite(p.range.low), _finite(p.range.high)] if p.range else None
    return {
        "name": p.name,
        "takes": p.wanted(),
        "default": describe(p.default),
        "low": _finite(low),
        "high": _finite(high),
        "slider": slider,
        "log": bool(p.range and p.range.log),
        "unit": p.unit,
        "choices": list(p.choices),
        "optional": p.optional,
        "meaning": p.meaning,
    }


def _finite(bound: float | None) -> float | None:
    return bound if bound is not None and math.isfinite(bound) else None


def _page(kind: str, entries: list[dict[str, Any]]) -> str:
    if kind == "truths":
        rows = [(e["name"], e["title"], e["kind"], _size(e), e["licence"]) for e in entries]
        return "truths\n" + table([("name", "title", "kind", "size", "licence"), *rows])
    return "\n\n".join([kind, *map(_entry, entries)])


def _size(entry: dict[str, Any]) -> str:
    return " x ".join(map(str, entry["native"])) or "any"


def _entry(entry: dict[str, Any]) -> str:
    lines = [f"{entry['name']}  {entry['meaning']}"]
    if rows := [_row(p) for p in entry["parameters"] if p["name"] != "shape"]:
        lines.append(table(rows, indent="    "))
    return "\n".join(lines)


def _row(p: dict[str, Any]) -> tuple[str, ...]:
    bounds = "" if p["low"] is None else f"{p['low']:g} to {p['high']:g}"
    takes = " or ".join(map(str, p["choices"])) or bounds
    return p["name"], f"= {markdown.word(p['default'])}", f"{takes} {p['unit']}".strip(), p["meaning"]
