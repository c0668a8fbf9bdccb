"""The words of a command line as an experiment."""

import json
import os
from pathlib import Path
from typing import Any

from workbench import catalog, data, stopping, storage
from workbench.data import File, Shipped, Signal
from workbench.experiment import Experiment, from_description, from_run, member
from workbench.parameters import arguments, changed, home, parameters, renamed
from workbench.paths import Words, altered, below
from workbench.refusal import Refusal, one_of

PARTS = ("truth", *catalog.KINDS)
RULE = "stop"


def specification(path: str) -> Experiment:
    """The experiment of a JSON file, or of a saved run."""
    if Path(path).suffix != ".json":
        return from_run(storage.load(path))
    if not Path(path).is_file():
        raise Refusal("a specification", f"{path}, which is no file", "give the path of a .json or .nc file")
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refusal("a specification in JSON", f"{path} ({error})", 'see "spec" in `workbench run --json`') from error
    if not isinstance(found, dict):
        raise Refusal("a specification", f"{path}, which holds a {type(found).__name__}", "write an object: {...}")
    return from_description(found)


def choose(words: Words, base: Experiment, suited: bool = False) -> Experiment:
    """`base`, changed as the words say: {"prior": "TotalVariation", "prior.weight": "20", "steps": "50"}.

    `suited`: the algorithm follows the other parts where no word is about it.
    """
    for path in words:
        kind, dot, _ = path.partition(".")
        if dot:
            one_of("a part that has parameters", kind, PARTS)
    truth = _truth(words, base.truth)
    shape = tuple(truth.tensor().shape[1:])
    parts = {kind: member(kind, words, getattr(base, kind), shape) for kind in catalog.KINDS}
    plain = [p for p in parameters(Experiment) if p.name in words and p.name not in (*PARTS, RULE)]
    values = {p.name: p.parse(words[p.name], "run") for p in plain}
    values |= {RULE: stopping.parse(words[RULE])} if RULE in words else {}
    whole: dict[str, Any] = dict(arguments(base)) | {"truth": truth} | parts | values
    if suited and not below(words, "algorithm"):
        del whole["algorithm"]
    return Experiment(**whole)


def _truth(words: Words, base: Signal) -> Signal:
    signal = _signal(words["truth"], base) if "truth" in words else base
    inner = below(words, "truth")
    inner.pop("", None)
    return altered(signal, inner, ())


def _signal(name: str, base: Signal) -> Signal:
    """The signal of a shipped name or of a path; the size asked of another shipped signal stays."""
    name = renamed.word(home(Shipped), "name", name)
    if name in data.names():
        return changed(base, name=name) if isinstance(base, Shipped) else Shipped(name)
    if os.sep in name or "." in name or Path(name).exists():
        return File(str(Path(name).resolve()))
    return Shipped(one_of("a shipped signal or the path of a file", name, data.names()))
