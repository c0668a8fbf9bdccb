"""The laws of every public class: built without arguments, documented, described and rebuilt, pickled."""

import inspect
import json
import pickle
from collections.abc import Iterator
from typing import Any

from workbench.checks.report import Finding, Law, holds
from workbench.parameters import arrays_of, describe, parameters, rebuild, undescribed
from workbench.refusal import listed


def signature(obj: Any) -> Iterator[Finding]:
    """Every argument has a default and a meaning; the docstring says what it is."""
    own = parameters(type(obj))
    missing = [p.name for p in own if p.required]
    yield holds("every argument has a default", not missing, f"none for {listed(missing)}")
    mute = [p.name for p in own if not p.meaning]
    remedy = f"none for {listed(mute)}: Annotated[float, Range(low, high), 'what it is'], for example"
    yield holds("every argument says what it means", not mute, remedy)
    loose = [n for n, hint in inspect.get_annotations(type(obj)).items() if "Annotated[" in str(hint)]
    loose = [n for n in loose if n not in {p.name for p in own}]
    remedy = f"not {listed(loose)}: is there @dataclass(frozen=True) above the class?"
    yield holds("every attribute with a meaning is an argument", not loose, remedy)
    documented = bool(inspect.cleandoc(type(obj).__dict__.get("__doc__") or "").strip())
    yield holds("the class has a docstring", documented, "none: begin it with the equation")


def description(obj: Any) -> Iterator[Finding]:
    """What is saved of it makes it again."""
    told = describe(obj)
    missing = list(undescribed(told))
    yield holds("every argument is kept under its own name, as plain values", not missing, listed(missing))
    if not missing:
        again = describe(rebuild(json.loads(json.dumps(told)), arrays_of(obj)))
        yield holds("its description rebuilds it", again == told, "another object came back")


def pickled(obj: Any) -> Iterator[Finding]:
    """It goes to another process and back."""
    if "<locals>" not in type(obj).__qualname__:  # a class of a function has no name to be found by
        again = pickle.loads(pickle.dumps(obj))
        yield holds("it survives pickling", describe(again) == describe(obj), "another object came back")


LAWS: tuple[Law, ...] = (signature, description, pickled)
