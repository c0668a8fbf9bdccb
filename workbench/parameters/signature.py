"""A public class by its signature: what each argument takes, and the check before the constructor runs."""

import functools
import inspect
import types
import typing
from abc import ABCMeta
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.parameters import renamed
from workbench.parameters.arrays import Typed
from workbench.parameters.outside import home
from workbench.parameters.values import NO, cast, in_words, members, read, told, unwrapped
from workbench.ranges import Range, SeedRange
from workbench.refusal import Refusal, listed, short

Made = TypeVar("Made")
_PLACED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)


@dataclass(frozen=True)
class Parameter:
    """One argument of a public class, read from its signature."""

    name: str
    type: Any
    default: Any
    range: Range | None
    meaning: str

    @property
    def members(self) -> tuple:
        """The alternatives of a union; None among them means "found when not given"."""
        return members(self.type)

    @property
    def optional(self) -> bool:
        return types.NoneType in self.members

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty

    @property
    def kinds(self) -> tuple:
        """The alternatives that hold a value: float, int, bool, str, a tuple type or a public class."""
        return tuple(m for m in self.members if m is not types.NoneType and typing.get_origin(m) is not typing.Literal)

    @property
    def choices(self) -> tuple:
        """The words of a Literal, empty elsewhere."""
        return tuple(c for m in self.members if typing.get_origin(m) is typing.Literal for c in typing.get_args(m))

    @property
    def objects(self) -> "tuple[Checked, ...]":
        """The alternatives that are public classes: an argument that is an object with arguments of its own."""
        return tuple(kind for kind in self.kinds if isinstance(kind, Checked))

    @property
    def items(self) -> "tuple[Checked, ...]":
        """The public classes of which an argument is a list, such as the steps of a chain."""
        lists = (typing.get_args(kind)[0] for kind in self.kinds if typing.get_origin(kind) in (tuple, list))
        return tuple(item for item in lists if isinstance(item, Checked))

    @property
    def unit(self) -> str:
        return self.range.unit if self.range else ""

    def accept(self, value: Any, owner: str) -> Any:
        """The value in the declared type; Refusal says what the argument takes.

        None stands for an empty list where that is the default.
        """
        if value is None and isinstance(self.default, tuple) and not self.default:
            return ()
        for member in self.members:
            found = cast(member, value)
            if found is not NO and self._in_range(found):
                return found
        meaning = f" ({self.meaning})" if self.meaning else ""
        raise Refusal(f"{self.wanted()} for {owner}.{self.name}{meaning}", told(value), self._remedy())

    def parse(self, text: str, owner: str) -> Any:
        """The value a person typed, on a command line or in an address: 2.5, yes, 0,45,90, auto, or a named array."""
        if isinstance(text, Typed) and str not in self.kinds:
            return self.accept(text.array, owner)
        if self.optional and text.lower() in ("", "none", "auto"):
            return None
        found = (value for kind in (*self.kinds, *self.choices) if (value := read(kind, text)) is not NO)
        return self.accept(next(found, text), owner)

    def typed(self, text: str, owner: str) -> Any:
        """`parse`, of what a person types anew: a seed below 0 is refused, which only older runs and links have."""
        value = self.parse(text, owner)
        if isinstance(self.range, SeedRange) and isinstance(value, int) and value < 0:
            remedy = "take a seed from 0; a saved run of that time is opened by its file"
            raise Refusal(f"{self.wanted()} for {owner}.{self.name}", f"{value}, which draws as older runs did", remedy)
        return value

    def _in_range(self, value: Any) -> bool:
        if self.range is None or value is None or isinstance(value, bool | str):
            return True
        if isinstance(value, tuple | list):
            return all(map(self._in_range, value))
        return self.range.admits(value) if isinstance(value, int | float) else True

    def wanted(self) -> str:
        """What this argument takes, in words."""
        words = [in_words(k) for k in self.kinds] + [" or ".join(map(repr, self.choices))] * bool(self.choices)
        bounds = f" of {self.range}" if self.range else ""
        return " or ".join(words) + bounds + (" (or nothing)" if self.optional else "")

    def _remedy(self) -> str:
        if self.required:
            return "it has no default: give such a value"
        return f"leave it out for the default, {short(repr(self.default), 60)}"


class Checked(ABCMeta):
    """Metaclass of every public class: arguments are checked and cast before the constructor runs.

    Descriptions of a class that is `saved` by itself, in a file, have a version.
    """

    saved = False

    def __call__(cls: type[Made], *args: Any, **kwargs: Any) -> Made:
        if inspect.isabstract(cls):
            missing = ", ".join(sorted(getattr(cls, "__abstractmethods__")))  # noqa: B009, types know it of no class
            raise Refusal(f"a class that has every method of {cls.__mro__[1].__name__}", cls.__name__, f"add {missing}")
        args, kwargs = _checked(cls, args, kwargs)
        return super().__call__(*args, **kwargs)


def owed(remedy: str) -> Any:
    """An attribute that every class has to give: reading one that was not given is refused, with what to do."""
    return _Owed(remedy)


class _Owed:
    def __init__(self, remedy: str) -> None:
        self.remedy = remedy

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, obj: object, owner: type) -> Any:
        raise Refusal(f"`{self.name}` of {owner.__name__}", "none", self.remedy)


def _checked(cls: type, args: tuple, kwargs: Mapping[str, Any]) -> tuple[tuple, dict[str, Any]]:
    known = {p.name: p for p in parameters(cls)}
    if not known.keys() >= kwargs.keys():
        kwargs = renamed.arguments(home(cls), kwargs)
    placed = dict(zip(known, args, strict=False))
    given = placed | dict(kwargs)
    faults = [
        *[n for n in given if n not in known],
        *[f"{n} twice" for n in placed if n in kwargs],
        *[f"no {n}" for n, p in known.items() if p.required and n not in given],
    ]
    if faults or len(args) > len(known):
        came = ", ".join(faults) or f"{len(args)} values"
        raise Refusal(f"parameters of {cls.__name__}", came, f"it takes {listed(tuple(known)) or 'none'}")
    return (), {n: known[n].accept(v, cls.__name__) for n, v in given.items()}


@functools.cache
def parameters(cls: type) -> tuple[Parameter, ...]:
    """The arguments of a public class, in order. Refusal where its annotations cannot be read."""
    init = cls.__init__
    try:
        hints = typing.get_type_hints(init, include_extras=True)
    except (NameError, SyntaxError, TypeError) as error:
        remedy = "import the names they use where the class is defined"
        raise Refusal(f"annotations of {cls.__name__} that can be read", str(error), remedy) from error
    signature = list(inspect.signature(init).parameters.values())[1:]
    named = [p for p in signature if p.kind in (*_PLACED, p.KEYWORD_ONLY)]
    return tuple(_parameter(p.name, hints.get(p.name, _like(p.default)), p.default) for p in named)


def _like(default: Any) -> Any:
    """The type of an argument without annotation: anything, but a text is read as what the default is."""
    return type(default) | Any if isinstance(default, bool | int | float | str) else Any


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    kind, extras = unwrapped(hint)
    bounds = next((e for e in extras if isinstance(e, Range)), None)
    return Parameter(name, kind, default, bounds, next((e for e in extras if isinstance(e, str)), ""))
