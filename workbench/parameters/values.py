"""Values as arguments take them: cast without rounding, read from text, named in words."""

import functools
import math
import numbers
import operator
import re
import types
import typing
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import numpy as np
import torch
from torch import Tensor

from workbench.parameters.arrays import name_of, owned
from workbench.refusal import Refusal, article, short
from workbench.tensors import from_array, shown

NO = object()  # what is returned for a value that is none of a kind
_UNIONS = (typing.Union, types.UnionType)
_LISTS = (tuple, list)
_SWITCH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_WORDS = {
    Tensor: "an array",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a word",
    Any: "anything",
}
_LONGEST = 100  # letters of a value in a sentence


def unwrapped(hint: Any) -> tuple[Any, tuple]:
    """The type of an annotation and what `Annotated` adds to it, to the whole or to a member of a union."""
    if typing.get_origin(hint) is Annotated:
        kind, *extras = typing.get_args(hint)
        inner, more = unwrapped(kind)
        return inner, (*extras, *more)
    if typing.get_origin(hint) in _UNIONS:
        inner = [unwrapped(member) for member in typing.get_args(hint)]
        kinds = tuple(kind for kind, _ in inner)
        return functools.reduce(operator.or_, kinds), tuple(e for _, extras in inner for e in extras)
    return hint, ()


def members(kind: Any) -> tuple:
    """The alternatives of a union; None among them means "found when not given"."""
    return typing.get_args(kind) if typing.get_origin(kind) in _UNIONS else (kind,)


def cast(kind: Any, value: Any) -> Any:
    """The value as `kind`, or NO where it is not one; nothing is rounded and no text is parsed."""
    origin = typing.get_origin(kind)
    if kind is Any:
        return value
    if origin is Literal:
        return next((c for c in typing.get_args(kind) if isinstance(value, type(c)) and value == c), NO)
    if origin in _LISTS:
        return _cast_list(kind, origin, value)
    if kind in (float, int):
        return _number(kind, value)
    if kind is Tensor and isinstance(value, np.ndarray | Tensor):
        return owned(from_array(value) if isinstance(value, np.ndarray) else _dense(value))
    if kind is np.ndarray and isinstance(value, Tensor):
        return value.detach().clone().numpy(force=True)
    return value if _is(value, origin or kind) else NO


def _dense(value: Tensor) -> Tensor:
    if value.layout is not torch.strided:
        raise Refusal("an array as a dense tensor", f"one of layout {value.layout}", "make it dense: x.to_dense()")
    return value


def _is(value: Any, kind: Any) -> bool:
    try:
        return isinstance(value, kind)
    except TypeError:  # a type that Python cannot check, such as a type variable, takes anything
        return True


def _cast_list(kind: Any, origin: type, value: Any) -> Any:
    if isinstance(value, np.ndarray | Tensor) and value.ndim:
        # Of numbers an array of 1 x N or N x 1 is a list as well.
        flat = max(value.shape) == math.prod(value.shape) and typing.get_origin(typing.get_args(kind)[0]) not in _LISTS
        value = (value.reshape(-1) if flat else value).tolist()
    if not isinstance(value, tuple | list):
        return NO
    kinds = _item_kinds(kind, len(value))
    if kinds is None:
        return NO
    items = [
        next((c for m in members(k) if (c := cast(m, v)) is not NO), NO) for k, v in zip(kinds, value, strict=True)
    ]
    return NO if any(i is NO for i in items) else origin(items)


def _first(kinds: Iterable, value: Any) -> Any:
    return next((found for kind in kinds if (found := cast(kind, value)) is not NO), NO)


def _item_kinds(kind: Any, count: int) -> Iterable | None:
    """The kind of each of `count` items of a list; None where it takes another number of them."""
    given = typing.get_args(kind)
    if typing.get_origin(kind) is list or given[-1] is Ellipsis:
        return [given[0]] * count
    return given if len(given) == count else None


def _number(kind: type, value: Any) -> Any:
    if isinstance(value, np.ndarray | Tensor) and value.ndim == 0:
        value = value.item()
    wanted = numbers.Real if kind is float else numbers.Integral
    if isinstance(value, bool | np.bool_) or not isinstance(value, wanted):
        return NO
    try:
        number = kind(value)
    except OverflowError:
        return NO
    return NO if kind is float and math.isnan(number) else number


def read(kind: Any, text: str) -> Any:
    """The text as `kind`, or NO where it does not read as one."""
    if typing.get_origin(kind) in _LISTS:
        item = typing.get_args(kind)[0]
        mark = ";" if typing.get_origin(item) in _LISTS else ","  # 1,2;3,4 is a list of lists
        items = [read(item, t.strip()) for t in text.strip("()[] ").split(mark) if t.strip()]
        return NO if any(i is NO for i in items) else tuple(items)
    if kind is bool:
        return _SWITCH.get(text.lower(), NO)
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            return NO
    return text if kind is str or kind == text else NO


def in_words(kind: Any) -> str:
    """What a kind is, as a person would say it: a number, a list of whole numbers, a Prior."""
    if typing.get_origin(kind) in _LISTS:
        item = in_words(typing.get_args(kind)[0]).removeprefix("a ").removeprefix("an ")
        return f"a list of {item.replace('list', 'lists') if item.startswith('list') else f'{item}s'}"
    return _WORDS.get(kind) or article(getattr(kind, "__name__", str(kind)))


def told(value: Any) -> str:
    """A value that came, in a sentence: arrays by their shape and type, long ones cut."""
    if isinstance(value, np.ndarray | Tensor):
        return f"an array, {shown(tuple(value.shape))}, {str(value.dtype).removeprefix('torch.')}"
    return short(repr(value), _LONGEST)


def as_text(value: Any) -> str:
    """What `read` reads back: the value as a person types it; an array by its name."""
    if isinstance(value, np.ndarray | Tensor):
        return name_of(value)
    if isinstance(value, tuple):
        return (";" if any(isinstance(v, tuple) for v in value) else ",").join(map(as_text, value))
    return "auto" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def as_tex(name: str) -> str:
    """A name in a formula: upright, its words apart, nothing in it that TeX would read."""
    words = re.sub(r"[\W_]+", " ", name).strip()
    return rf"\text{{{words}}}"
