"""One signature, every reader: widgets, command line, laws, sweeps, addresses and saved runs.

A public class keeps each argument under its own name and says its bounds, unit and meaning in the annotation:
`width: Annotated[float, Range(0.1, 32, log=True, unit="px"), "standard deviation of the kernel"] = 1.5`.
"""

import functools
import importlib
import inspect
import math
import numbers
import sys
import types
import typing
from abc import ABCMeta
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.ranges import Range, SeedRange
from workbench.refusal import Refusal

Description = dict[str, Any]
VERSION = 2  # of descriptions that are saved by themselves; those of the first format have none
_UNIONS = (typing.Union, types.UnionType)


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
        return typing.get_args(self.type) if typing.get_origin(self.type) in _UNIONS else (self.type,)

    @property
    def optional(self) -> bool:
        return type(None) in self.members

    @property
    def kinds(self) -> tuple:
        """The alternatives that hold a value: float, int, bool, str, a tuple type or a public class."""
        return tuple(m for m in self.members if m is not type(None) and typing.get_origin(m) is not typing.Literal)

    @property
    def choices(self) -> tuple:
        """The words of a Literal, empty elsewhere."""
        return tuple(c for m in self.members if typing.get_origin(m) is typing.Literal for c in typing.get_args(m))

    @property
    def unit(self) -> str:
        return self.range.unit if self.range else ""

    def accept(self, value: Any, owner: str) -> Any:
        """The value in the declared type; Refusal says what the argument takes."""
        for member in self.members:
            cast = _cast(member, value)
            if cast is not _NO and self._in_range(cast):
                return cast
        raise Refusal(f"{self.wanted()} for {owner}.{self.name}", repr(value), f"it is the {self.meaning or self.name}")

    def parse(self, text: str, owner: str) -> Any:
        """The value a person typed, on a command line or in an address: 2.5, yes, 0,45,90, auto."""
        if self.optional and text.lower() in ("", "none", "auto"):
            return None
        read = (value for kind in (*self.kinds, *self.choices) if (value := _read(kind, text)) is not _NO)
        return self.accept(next(read, text), owner)

    def _in_range(self, value: Any) -> bool:
        if self.range is None or value is None or isinstance(value, bool | str):
            return True
        return all(map(self.range.admits, value)) if isinstance(value, tuple) else self.range.admits(value)

    def wanted(self) -> str:
        """What this argument takes, in words."""
        words = [_words(k) for k in self.kinds] + [" or ".join(map(repr, self.choices))] * bool(self.choices)
        bounds = f" of {self.range}" if self.range else ""
        return " or ".join(words) + bounds + (" (or nothing)" if self.optional else "")


_NO = object()
_WORDS = {float: "a number", int: "a whole number", bool: "true or false", str: "a word"}


def _words(kind: Any) -> str:
    if typing.get_origin(kind) is tuple:
        item = _words(typing.get_args(kind)[0]).removeprefix("a ")
        return f"a list of {item.replace('list', 'lists') if item.startswith('list') else f'{item}s'}"
    return _WORDS.get(kind) or f"one of {kind.__name__.lower()}s"


def _cast(kind: Any, value: Any) -> Any:
    """The value as `kind`, or _NO where it is not one; nothing is rounded and no text is parsed."""
    if typing.get_origin(kind) is typing.Literal:
        return value if value in typing.get_args(kind) else _NO
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, tuple | list):
            return _NO
        items = tuple(_cast(typing.get_args(kind)[0], v) for v in value)
        return _NO if _NO in items else items
    if kind is float:
        return _float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else _NO
    if kind is int:
        return int(value) if isinstance(value, numbers.Integral) and not isinstance(value, bool) else _NO
    return value if isinstance(value, typing.get_origin(kind) or kind) else _NO


def _float(number: numbers.Real) -> Any:
    try:
        value = float(number)
    except OverflowError:
        return _NO
    return _NO if math.isnan(value) else value


_SWITCH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _read(kind: Any, text: str) -> Any:
    """The text as `kind`, or _NO where it does not read as one."""
    if typing.get_origin(kind) is tuple:
        item = typing.get_args(kind)[0]
        mark = ";" if typing.get_origin(item) is tuple else ","  # 1,2;3,4 is a list of lists
        items = tuple(_read(item, t.strip()) for t in text.strip("()[] ").split(mark) if t.strip())
        return _NO if _NO in items else items
    if kind is bool:
        return _SWITCH.get(text.lower(), _NO)
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            return _NO
    return text if kind is str or kind == text else _NO


def as_text(value: Any) -> str:
    """What `Parameter.parse` reads back: the value as a person types it."""
    if isinstance(value, tuple):
        return (";" if any(isinstance(v, tuple) for v in value) else ",").join(map(as_text, value))
    return "auto" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


class Checked(ABCMeta):
    """Metaclass of every public class: arguments are checked and cast before the constructor runs.

    Descriptions of a class that is `saved` by itself, in a file, have a version.
    """

    saved = False

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not inspect.isabstract(cls):
            args, kwargs = _checked(cls, args, kwargs)
        return super().__call__(*args, **kwargs)


def _checked(cls: type, args: tuple, kwargs: Mapping[str, Any]) -> tuple[tuple, dict[str, Any]]:
    known = {p.name: p for p in parameters(cls)}
    placed = dict(zip(known, args, strict=False))
    given = placed | dict(kwargs)
    faults = [
        *[n for n in given if n not in known],
        *[f"{n} twice" for n in placed if n in kwargs],
        *[f"no {n}" for n, p in known.items() if p.default is inspect.Parameter.empty and n not in given],
    ]
    if faults or len(args) > len(known):
        came = ", ".join(faults) or f"{len(args)} values"
        raise Refusal(f"parameters of {cls.__name__}", came, f"it takes {', '.join(known) or 'none'}")
    return (), {n: known[n].accept(v, cls.__name__) for n, v in given.items()}


@functools.cache
def parameters(cls: type) -> tuple[Parameter, ...]:
    """The arguments of a public class, in order."""
    init = cls.__init__
    hints = typing.get_type_hints(init, include_extras=True)
    signature = list(inspect.signature(init).parameters.values())[1:]
    named = [p for p in signature if p.kind is p.POSITIONAL_OR_KEYWORD]
    return tuple(_parameter(p.name, hints.get(p.name, Any), p.default) for p in named)


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    extras = typing.get_args(hint)[1:] if typing.get_origin(hint) is typing.Annotated else ()
    kind = typing.get_args(hint)[0] if extras else hint
    bounds = next((e for e in extras if isinstance(e, Range)), None)
    return Parameter(name, kind, default, bounds, next((e for e in extras if isinstance(e, str)), ""))


def home(cls: type) -> str:
    """Where a class is public: "operators.GaussianBlur"; its full path outside the workbench."""
    parts = cls.__module__.split(".")
    if parts[0] == "workbench":
        for end in range(2, len(parts) + 1):
            module = sys.modules[".".join(parts[:end])]
            if cls.__name__ in getattr(module, "__all__", ()):
                return ".".join([*parts[1:end], cls.__name__])
    return f"{cls.__module__}.{cls.__name__}"


def describe(obj: Any) -> Any:
    """Plain JSON that `rebuild` turns into an equal object: {"type": "priors.TotalVariation", "weight": 20.0}."""
    if isinstance(type(obj), Checked):
        head = {"type": home(type(obj))} | ({"version": VERSION} if type(obj).saved else {})
        return head | {p.name: describe(getattr(obj, p.name)) for p in parameters(type(obj))}
    if isinstance(obj, tuple | list):
        return [describe(o) for o in obj]
    if obj is None or isinstance(obj, bool | int | float | str):
        return obj
    raise TypeError(f"{type(obj).__name__} has no description: arguments are numbers, words, lists or public objects")


def rebuild(description: Any) -> Any:
    """The object of a description; Refusal for a type that is not public or a value out of range."""
    if isinstance(description, list | tuple):
        return tuple(rebuild(d) for d in description)
    if not isinstance(description, Mapping):
        return description
    cls = resolve(description.get("type"))
    told = current(description) if cls.saved else description
    return cls(**{k: rebuild(v) for k, v in told.items() if k != "type"})


def current(description: Mapping[str, Any]) -> Description:
    """A saved description without its version; where it has none it is of the first format, and seeds become -1 - s."""
    version = description.get("version")
    if version not in (None, VERSION):
        raise Refusal(f"a description of version {VERSION} or older", repr(version), "read it with the newer workbench")
    return {k: v for k, v in (_first(description) if version is None else description).items() if k != "version"}


def _first(value: Any) -> Any:
    """What a description of the first format means by now: `tensors.stream` draws for seeds below 0 as it was then."""
    if isinstance(value, list | tuple):
        return [_first(v) for v in value]
    if not isinstance(value, Mapping):
        return value
    seeds = {"seed"}  # of the run itself
    if "type" in value:
        seeds = {p.name for p in parameters(resolve(value["type"])) if isinstance(p.range, SeedRange)}
    return {k: -1 - v if k in seeds and isinstance(v, int) else _first(v) for k, v in value.items()}


def resolve(path: Any) -> type:
    """The public class of a path as `home` writes it. Nothing outside the workbench is ever imported for it."""
    module_name, _, name = str(path).rpartition(".")
    module = _own_module(module_name) or sys.modules.get(module_name)
    found = getattr(module, name, None)
    public = name in getattr(module, "__all__", (name,))
    if not isinstance(found, Checked) or not public or inspect.isabstract(found):
        raise Refusal("the name of a public class, such as operators.GaussianBlur", repr(path), "see `workbench list`")
    return found


def _own_module(name: str) -> types.ModuleType | None:
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    try:
        return importlib.import_module(f"workbench.{name}")
    except ModuleNotFoundError:
        return None


def changed(obj: Any, **values: Any) -> Any:
    """A copy of a public object with some arguments replaced."""
    return type(obj)(**{p.name: getattr(obj, p.name) for p in parameters(type(obj))} | values)


def as_code(obj: Any) -> str:
    """The Python that builds the object: `operators.GaussianBlur(shape=(1, 256, 256), width=2.0)`."""
    if isinstance(type(obj), Checked):
        given = [(p.name, getattr(obj, p.name)) for p in parameters(type(obj)) if not _is_default(obj, p)]
        return f"{home(type(obj))}({', '.join(f'{n}={as_code(v)}' for n, v in given)})"
    if isinstance(obj, tuple):
        return f"({', '.join(map(as_code, obj))}{',' if len(obj) == 1 else ''})"
    return repr(obj)


def _is_default(obj: Any, parameter: Parameter) -> bool:
    return describe(getattr(obj, parameter.name)) == describe(parameter.default)
