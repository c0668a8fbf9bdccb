"""The arguments of a function as an object with parameters, so that one form makes controls for all."""

import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeGuard

from workbench.parameters import Checked
from workbench.ranges import Range
from workbench.refusal import Refusal

_EMPTY = inspect.Parameter.empty
_FIRST = inspect.Parameter.POSITIONAL_ONLY
_MANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_ANYWHERE = (float("-inf"), float("inf"))


def arguments_of(function: Callable[..., Any]) -> Any:
    """An object whose parameters are the arguments of the function, each at its default."""
    given, hints = _signature(function)
    told = {p.name: _told(function, p, hints.get(p.name)) for p in given}
    keyword = inspect.Parameter.KEYWORD_ONLY
    first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    placed = [inspect.Parameter(name, keyword, default=default) for name, (_, default) in told.items()]

    def take(self: Any, **values: Any) -> None:
        vars(self).update(values)

    take.__signature__ = inspect.Signature([first, *placed])  # pyright: ignore[reportFunctionMemberAccess]
    take.__annotations__ = {name: hint for name, (hint, _) in told.items()}
    made = Checked(getattr(function, "__name__", "function"), (), {"__init__": take, "__module__": __name__})
    return made(**{name: default for name, (_, default) in told.items()})


def called(function: Callable[..., Any], values: Mapping[str, Any]) -> Any:
    """What the function returns for these arguments, those in front of a / by their places."""
    first = [p.name for p in inspect.signature(function).parameters.values() if p.kind is _FIRST]
    return function(*(values[name] for name in first), **{n: v for n, v in values.items() if n not in first})


def _signature(function: Callable[..., Any]) -> tuple[list[inspect.Parameter], Mapping[str, Any]]:
    """The arguments of a function and their annotations; Refusal where Python cannot tell them."""
    name = getattr(function, "__name__", "the function")
    try:
        given = list(inspect.signature(function).parameters.values())
        if inspect.isroutine(function):
            return given, typing.get_type_hints(function, include_extras=True)
    except ValueError as error:  # some of those that are written in C
        raise Refusal("a function whose arguments can be told", name, "write one in Python that calls it") from error
    except NameError as error:
        raise Refusal(f"annotations of {name} that mean something", str(error), "import or define it") from error
    # An object that is called, such as functools.partial.
    return given, {p.name: p.annotation for p in given if p.annotation is not _EMPTY}


def _told(function: Callable[..., Any], argument: inspect.Parameter, hint: Any) -> tuple[Any, Any]:
    """The annotation of an argument, with a range where it is a number, and its first value."""
    default = argument.default
    if argument.kind not in _MANY:
        if default is _EMPTY:
            default = _first_choice(hint)
        bounds = next((e for e in getattr(hint, "__metadata__", ()) if isinstance(e, Range)), None)
        if default is _EMPTY and bounds is not None:
            default = (bounds.low + bounds.high) / 2
            return hint, round(default) if int in typing.get_args(hint) else default
        if bounds is not None or (hint is not None and default is not _EMPTY and not _is_number(default)):
            return hint, default
        if default is not _EMPTY:
            return _guessed(hint, default)
    name = getattr(function, "__name__", "the function")
    remedy = f"write, for example, {argument.name}=1.0, or {argument.name}: Annotated[float, Range(0, 1)]"
    remedy += f", in place of {argument}" if argument.kind in _MANY else ""
    raise Refusal(f"arguments of {name} from which a control can be told", str(argument), remedy)


def _first_choice(hint: Any) -> Any:
    """What an argument without a default begins with where its annotation alone is a switch or a choice."""
    if hint is bool:
        return False
    return typing.get_args(hint)[0] if typing.get_origin(hint) is Literal else _EMPTY


def _guessed(hint: Any, default: Any) -> tuple[Any, Any]:
    """What a default alone tells: a number a slider around it, a pair of numbers its ends, a list what to choose of."""
    if isinstance(default, tuple) and len(default) == 2 and all(map(_is_number, default)):
        low, high = default
        middle = (low + high) / 2
        whole = isinstance(low, int) and isinstance(high, int)
        return Annotated[int if whole else float, Range(low, high)], round(middle) if whole else middle
    if isinstance(default, list) and default and all(isinstance(each, str) for each in default):
        return Literal[tuple(default)], default[0]  # pyright: ignore[reportInvalidTypeForm]
    if _is_number(default):
        low, high = sorted((-default, 3 * default)) if default else (0, 1)
        return Annotated[hint or type(default), Range(low, high, limits=_ANYWHERE)], default
    return hint or type(default), default


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
