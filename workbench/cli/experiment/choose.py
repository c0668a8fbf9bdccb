"""The words of a command line as an experiment."""

import json
import os
from pathlib import Path
from typing import Any

from workbench import catalog, data, stopping, storage
from workbench.data import File, Measured, Painted, Shipped, Signal, Simulated, Source
from workbench.data.regions import LOST, PAINTED
from workbench.experiment import Experiment, from_description, from_run
from workbench.parameters import arguments, changed, home, parameters, renamed
from workbench.paths import Words, altered, below, member, operator_of
from workbench.refusal import Refusal, one_of

PARTS = ("truth", "data", "source", PAINTED, LOST, *catalog.KINDS)
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
    words = with_arrays(words)
    source = source_of(words, base.source)
    given = source.loaded().tensor
    operator = operator_of(words, base.operator, source, given)
    kinds = [kind for kind in catalog.KINDS if kind != "operator"]
    parts = {kind: member(kind, words, getattr(base, kind), operator.in_shape) for kind in kinds}
    plain = [p for p in parameters(Experiment) if p.name in words and p.name not in (*catalog.KINDS, RULE, LOST)]
    values = {p.name: p.typed(words[p.name], "run") for p in plain}
    values |= {RULE: stopping.parse(words[RULE])} if RULE in words else {}
    whole: dict[str, Any] = dict(arguments(base)) | {"source": source, "operator": operator} | parts | values
    if lost := {p: text for p, text in words.items() if p.partition(".")[0] == LOST}:
        whole[LOST] = altered(base, lost, ()).lost
    if suited and not below(words, "algorithm"):
        del whole["algorithm"]
    return Experiment(**whole)


def with_arrays(words: Words) -> Words:
    """The words, those that may name an array of a file read as such."""
    return {path: data.from_text(text) if _may_be_array(path) else text for path, text in words.items()}


def _may_be_array(path: str) -> bool:
    """Whether an argument of a part or of a step is meant, which a file can give."""
    return path.startswith("data.steps.") or (path.partition(".")[0] in catalog.KINDS and "." in path)


def source_of(words: Words, base: Source) -> Source:
    """A measurement, a signal, or the source of before, with what the words say of it."""
    if "data" in words and "truth" in words:
        raise Refusal("--data or --truth", "both", "measured data have no truth: leave one out")
    if "data" in words or (isinstance(base, Measured) and "truth" not in words):
        if inner := _inner(words, "truth"):
            came = f"truth.{next(iter(inner))} for measured data"
            raise Refusal("a signal, where --size or truth is given", came, "leave it out, or give --truth")
        return altered(_named(words["data"]) if "data" in words else base, _inner(words, "data"), ())
    now = base.truth or Shipped()
    signal = _signal(words["truth"], now.bare) if "truth" in words else now.bare
    signal, inner = altered(signal, _inner(words, "truth"), ()), _inner(words, "source")
    whole: Any = signal if "truth" in words else now.over(signal)
    if painted := _inner(words, PAINTED):
        whole = altered(whole if isinstance(whole, Painted) else Painted(whole), painted, ())
    if not inner and not isinstance(base, Simulated):
        return whole
    return altered(changed(base if isinstance(base, Simulated) else Simulated(), signal=whole), inner, ())


def _named(text: str) -> Measured:
    """The data of FILE::/path/in/file."""
    path, variable = data.split(text)
    return Measured(str(Path(path).resolve()), variable)


def _inner(words: Words, path: str) -> Words:
    return {inner: text for inner, text in below(words, path).items() if inner}


def _signal(name: str, base: Signal | None) -> Signal:
    """The signal of a shipped name or of a path; the size asked of another shipped signal stays."""
    name = renamed.word(home(Shipped), "name", name)
    if name in data.names():
        return changed(base, name=name) if isinstance(base, Shipped) else Shipped(name)
    if os.sep in name or "." in name or Path(name).exists():
        return File(str(Path(name).resolve()))
    return Shipped(one_of("a shipped signal or the path of a file", name, data.names()))
