"""The words of a command line as an experiment."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench import catalog, data, stopping, storage
from workbench.cli.output import one_of
from workbench.data import File, Shipped, Signal
from workbench.experiment import Experiment, fit, from_description, part
from workbench.parameters import changed, parameters
from workbench.refusal import Refusal

Words = Mapping[str, str]
PARTS = ("truth", *catalog.KINDS)
RULE = "stop"


def specification(path: str) -> Experiment:
    """The experiment of a JSON file, or of a saved run."""
    if Path(path).suffix != ".json":
        return from_description(json.loads(storage.load(path).attrs["spec"]))
    if not Path(path).is_file():
        raise Refusal("a specification", f"{path}, which is no file", "give the path of a .json or .nc file")
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refusal("a specification in JSON", f"{path} ({error})", 'see "spec" in `workbench run --json`') from error
    if not isinstance(found, dict):
        raise Refusal("a specification", f"{path}, which holds a {type(found).__name__}", "write an object: {...}")
    return from_description(found)


def choose(words: Words, base: Experiment) -> Experiment:
    """`base`, changed as the words say: {"prior": "TotalVariation", "prior.weight": "20", "steps": "50"}."""
    for path in words:
        kind, dot, _ = path.partition(".")
        if dot:
            one_of("a part that has parameters", kind, PARTS)
    truth = _truth(words, base.truth)
    shape = tuple(truth.tensor().shape[1:])
    parts = {kind: _member(kind, words, getattr(base, kind), shape) for kind in catalog.KINDS}
    plain = [p for p in parameters(Experiment) if p.name in words and p.name not in (*PARTS, RULE)]
    values = {p.name: p.parse(words[p.name], "run") for p in plain}
    values |= {RULE: stopping.parse(words[RULE])} if RULE in words else {}
    return changed(base, truth=truth, **parts, **values)


def _truth(words: Words, base: Signal) -> Signal:
    signal = _signal(words["truth"], base) if "truth" in words else base
    values = _values("truth", type(signal), words)
    return changed(signal, **values) if values else signal


def _signal(name: str, base: Signal) -> Signal:
    """The signal of a shipped name or of a path; the size asked of another shipped signal stays."""
    if name in data.names():
        return changed(base, name=name) if isinstance(base, Shipped) else Shipped(name)
    if os.sep in name or "." in name or Path(name).exists():
        return File(str(Path(name).resolve()))
    return Shipped(one_of("a shipped signal or the path of a file", name, data.names()))


def _member(kind: str, words: Words, base: Any, shape: tuple[int, ...]) -> Any:
    name = words.get(kind, type(base).__name__)
    if name != type(base).__name__:
        return part(kind, name, shape, **_values(kind, catalog.find(kind, name), words))
    same = fit(base, shape) if kind == "operator" else base
    values = _values(kind, type(base), words)
    return changed(same, **values) if values else same


def _values(kind: str, cls: type, words: Words) -> dict[str, Any]:
    """The values that the words give the parameters of one part, read in their declared types."""
    own = {p.name: p for p in parameters(cls) if p.name != "shape"}
    given = {path.partition(".")[2]: text for path, text in words.items() if path.startswith(f"{kind}.")}
    for name in given:
        one_of(f"a parameter of {cls.__name__}", name, own)
    return {name: own[name].parse(text, cls.__name__) for name, text in given.items()}
