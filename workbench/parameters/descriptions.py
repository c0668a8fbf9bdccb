"""Objects as plain JSON and back: what saved runs, addresses and copied Python hold."""

import importlib
import inspect
import math
import numbers
import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from workbench.parameters import outside, renamed
from workbench.parameters.arrays import Arrays, describe_array, digest, is_array, rebuild_array
from workbench.parameters.outside import OWN, home
from workbench.parameters.signature import Checked, Parameter, parameters
from workbench.parameters.values import told
from workbench.ranges import SeedRange
from workbench.refusal import Refusal, short
from workbench.version import DESCRIPTIONS

Description = dict[str, Any]
VERSION = DESCRIPTIONS
_FEW = 16  # values of an array that are written out as code
_LONGEST = 200  # letters of an argument in a repr
_NOT_KEPT = object()


def describe(obj: Any) -> Any:
    """Plain JSON that `rebuild` turns into an equal object: {"type": "priors.TotalVariation", "weight": 20.0}.

    An array is described by its SHA-256, see `arrays`. What has no description, such as a function, is named:
    {"undescribed": "function blur"}; `rebuild` refuses it.
    """
    if isinstance(type(obj), Checked):
        head = {"type": home(type(obj))} | ({"version": VERSION} if type(obj).saved else {})
        older = getattr(obj, "older_names", {})  # under which readers of today still look
        return head | {older.get(n, n): describe(value) for n, value in arguments(obj)}
    if isinstance(obj, tuple | list):
        return [describe(o) for o in obj]
    if isinstance(obj, bool | np.bool_):
        return bool(obj)
    if isinstance(obj, numbers.Integral):
        return int(obj)
    if isinstance(obj, numbers.Real):
        return float(obj) if math.isfinite(obj) else {"number": repr(float(obj))}
    if obj is None or isinstance(obj, str):
        return obj
    return describe_array(obj) if is_array(obj) else {"undescribed": _named(obj)}


def arguments(obj: Any) -> Iterator[tuple[str, Any]]:
    """The arguments of a public object, each by its name, as it keeps them."""
    return ((p.name, getattr(obj, p.name, _NOT_KEPT)) for p in parameters(type(obj)))


def _named(obj: Any) -> str:
    if obj is _NOT_KEPT:
        return "an argument that the object does not keep under its own name"
    return f"{type(obj).__name__} {getattr(obj, '__qualname__', '')}".strip()


def arrays_of(obj: Any) -> dict[str, np.ndarray]:
    """The arrays among the arguments of an object and of the objects in it, by SHA-256: what `rebuild` asks for."""
    if isinstance(type(obj), Checked):
        return arrays_of([value for _, value in arguments(obj)])
    if isinstance(obj, tuple | list):
        return {name: array for o in obj for name, array in arrays_of(o).items()}
    if not is_array(obj):
        return {}
    return {digest(obj): obj.numpy(force=True) if isinstance(obj, Tensor) else obj}


def undescribed(description: Any, path: str = "") -> Iterator[str]:
    """The paths in a description, with what stands there, that `rebuild` cannot make again."""
    if isinstance(description, list):
        for index, item in enumerate(description):
            yield from undescribed(item, f"{path}[{index}]")
    elif isinstance(description, Mapping):
        if "undescribed" in description:
            yield f"{path} ({description['undescribed']})"
        for name, item in description.items():
            yield from undescribed(item, f"{path}.{name}".lstrip("."))


def rebuild(description: Any, arrays: Arrays = types.MappingProxyType({})) -> Any:
    """The object of a description; Refusal for a type that is not public, a value out of range, a missing array."""
    if isinstance(description, list | tuple):
        return tuple(rebuild(d, arrays) for d in description)
    if not isinstance(description, Mapping):
        return description
    if "undescribed" in description:
        remedy = "build it in Python and run it there"
        raise Refusal("arguments that can be made again", f"one known only as {description['undescribed']}", remedy)
    if "array" in description:
        return rebuild_array(description, arrays)
    if "number" in description:
        return float(description["number"])
    cls = resolve(description.get("type"))
    told = current(description) if cls.saved else description
    given = renamed.arguments(home(cls), {k: v for k, v in told.items() if k != "type"})
    return cls(**{k: rebuild(v, arrays) for k, v in given.items()})


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
    if "type" not in value:
        return {k: _first_seed(v) if k == "seed" else _first(v) for k, v in value.items()}  # the run itself
    cls = resolve(value["type"])
    seeds, own = {p.name for p in parameters(cls) if isinstance(p.range, SeedRange)}, home(cls)
    return {k: _first_seed(v) if renamed.argument(own, k) in seeds else _first(v) for k, v in value.items()}


def _first_seed(seed: Any) -> Any:
    return -1 - seed if isinstance(seed, int) else _first(seed)


def resolve(path: Any) -> type:
    """The public class of a path as `home` writes it. What no installed package offers is never imported for it."""
    named = renamed.class_home(str(path))
    found = _outside(named) if ":" in named else _inside(named)
    if not isinstance(found, Checked) or inspect.isabstract(found):
        remedy = "see `workbench list`; a class of your own is loaded first, with --load FILE.py or by an import"
        raise Refusal("the name of a public class, such as operators.GaussianBlur", repr(path), remedy)
    return found


def _outside(path: str) -> Any:
    module_name, _, name = path.partition(":")
    found: Any = outside.module(module_name)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _inside(path: str) -> Any:
    module_name, _, name = path.rpartition(".")
    module = _own_module(module_name)
    if module is None:  # the first format wrote classes of others with a dot
        return _outside(f"{module_name}:{name}")
    return getattr(module, name, None) if name in getattr(module, "__all__", (name,)) else None


def _own_module(name: str) -> types.ModuleType | None:
    parts = name.split(".")
    if not all(part.isidentifier() and not part.startswith("_") for part in parts):
        return None
    try:
        return importlib.import_module(f"{OWN}.{name}")
    except ModuleNotFoundError:
        return None


def changed(obj: Any, **values: Any) -> Any:
    """A copy of a public object with some arguments replaced."""
    return type(obj)(**dict(arguments(obj)) | renamed.arguments(home(type(obj)), values))


def as_code(obj: Any) -> str:
    """The Python that builds the object: `operators.GaussianBlur(shape=(1, 256, 256), width=2.0)`."""
    if isinstance(type(obj), Checked):
        given = [(p.name, v) for p, (_, v) in zip(parameters(type(obj)), arguments(obj), strict=True) if _differs(p, v)]
        return f"{home(type(obj)).rpartition(':')[2]}({', '.join(f'{n}={as_code(v)}' for n, v in given)})"
    if isinstance(obj, tuple):
        return f"({', '.join(map(as_code, obj))}{',' if len(obj) == 1 else ''})"
    if is_array(obj):
        return _array_as_code(obj)
    if isinstance(obj, float) and not math.isfinite(obj):
        return f'float("{obj}")'
    return repr(obj) if type(obj) in (bool, int, float, str, type(None), list) else getattr(obj, "__name__", repr(obj))


def _array_as_code(array: Tensor | np.ndarray) -> str:
    """Few values are written out; of many a name is given, array_ and the first letters of the SHA-256."""
    if math.prod(array.shape) > _FEW:
        return f"array_{digest(array)[:8]}"
    library = "torch.tensor" if isinstance(array, Tensor) else "numpy.array"
    prefix = "torch" if isinstance(array, Tensor) else "numpy"
    return f"{library}({array.tolist()}, dtype={prefix}.{str(array.dtype).removeprefix('torch.')})"


def _differs(parameter: Parameter, value: Any) -> bool:
    return parameter.required or describe(value) != describe(parameter.default)


def spelled(obj: Any) -> str:
    """The object with every argument, for a person to read: `Radon(shape=(1, 64, 64), angles=30)`."""
    shown = [f"{n}={spelled(v) if isinstance(type(v), Checked) else _value(v)}" for n, v in arguments(obj)]
    return f"{type(obj).__name__}({', '.join(shown)})"


def _value(value: Any) -> str:
    return told(value) if isinstance(value, np.ndarray | torch.Tensor) else short(repr(value), _LONGEST)
