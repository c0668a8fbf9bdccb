"""What a person enters for a parameter, and how its name and its member are told: whoever makes the controls."""

import inspect
import typing
from typing import Any

from workbench.parameters import Parameter
from workbench.refusal import Refusal

_MOST = 64  # items of a list that is shown in a field


def pretty(name: str) -> str:
    """A name of the code as people write it: step_size -> step size."""
    return name.replace("_", " ")


def fits_a_line(parameter: Parameter, value: Any) -> bool:
    """Whether a value is shown in a field to be typed anew; a long list and an array are told of instead."""
    return typeable(parameter) and _count(value) <= _MOST


def typeable(parameter: Parameter) -> bool:
    """Whether a value fits on a line: a number, words, lists of them, lists of such lists, and names of members."""
    return bool(parameter.items) or any(_on_a_line(kind) for kind in parameter.kinds)


def _on_a_line(kind: Any) -> bool:
    if typing.get_origin(kind) is tuple:
        return all(_on_a_line(item) for item in typing.get_args(kind) if item is not ...)
    return kind in (int, float, str, Any)


def _count(value: Any) -> int:
    return sum(map(_count, value)) if isinstance(value, tuple) else 1


def read(parameter: Parameter, text: str) -> Any:
    """The value of a typed text; the text itself where it is none, so that the session says what is wrong."""
    try:
        return parameter.typed(text.strip(), "")
    except Refusal:
        return text


def summary(cls: type) -> str:
    """The first paragraph of a class's docstring, as one line."""
    return " ".join((inspect.getdoc(cls) or "").partition("\n\n")[0].split())


def labelled(name: str, reason: str) -> str:
    """A member in a menu, with the reason why it cannot be chosen, where there is one."""
    return f"{name}: {reason}" if reason and not reason.startswith(name) else reason or name
