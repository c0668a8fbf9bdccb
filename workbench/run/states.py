"""The state of an algorithm in a file: plain JSON for its shape, a variable for each of its tensors."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.parameters import Checked, describe, rebuild
from workbench.refusal import Refusal
from workbench.run.datasets import arrays_in

if TYPE_CHECKING:
    import xarray as xr

S = TypeVar("S", bound=State)
PREFIX = "state_"
_WORDS = {"by prox": "by_prox", "s": "of_data", "r": "of_prior", "norm": "norm2"}  # of constants, until 30 Nov 2026
_SPREAD = 1024  # storage that strides may ask for, in numbers kept: no file can ask for all the memory


def with_state(dataset: "xr.Dataset", state: State) -> "xr.Dataset":
    """The Dataset with the state: attrs["state"] tells its shape, variables `state_0`, `state_1`, ... its tensors.

    The iterate is there already, as `x`, or as `u` where `x` is the picture that it makes. Of a state that cannot be
    told attrs["stateless"] says why: the work is done.
    """
    kept = _StateWriter(state.x, "u" if "u" in dataset else "x")
    try:
        told = json.dumps(kept.told(state), allow_nan=False)
    except (Refusal, RuntimeError, TypeError) as error:  # sparse tensors have no strides
        return dataset.assign_attrs(stateless=str(error))
    found = {n: (f"{n}_0", v.reshape(-1)) for n, v in kept.arrays.items()}  # an axis each: axes take a file's time
    return dataset.assign(found).assign_attrs(state=told)


def has_state(dataset: "xr.Dataset") -> bool:
    """Whether a run keeps the state at its end; those of an older workbench do not."""
    return "state" in dataset.attrs


def state_in(dataset: "xr.Dataset", like: S) -> S:
    """The state that `with_state` kept, on the device of `like`, any state of the same algorithm on the same problem.

    The classes are those of `like`: a file names none. Strides come back too, since sums depend on them.
    """
    remedy = "begin again: Experiment.run(), or --again on the command line"
    try:
        found = _StateReader(dataset, like.x.device).value(json.loads(dataset.attrs["state"]), type(like))
        fits = found.x.shape == like.x.shape and found.x.dtype == like.x.dtype
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise Refusal(f"a saved {type(like).__name__}", f"one that does not fit ({error})"[:160], remedy) from error
    if not fits:
        raise Refusal("a state of this problem", f"an iterate of {tuple(found.x.shape)}, {found.x.dtype}", remedy)
    return found


@dataclass
class _StateWriter:
    """Tells a state as JSON and gathers the tensors on the way."""

    x: Tensor
    iterate: str  # the variable that holds x
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)  # by identity: fields may share a tensor

    def told(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"number": str(value)}
        if isinstance(value, Tensor):
            return self._tensor(value)
        if isinstance(type(value), Checked):
            return {"described": describe(value)}
        if isinstance(value, Mapping):
            return {"mapping": {name: self.told(v) for name, v in value.items()}}
        if is_dataclass(value):
            return {"fields": {f.name: self.told(getattr(value, f.name)) for f in fields(value)}}
        if isinstance(value, tuple) and (names := getattr(value, "_fields", ())):
            return {"fields": {name: self.told(getattr(value, name)) for name in names}}
        if isinstance(value, tuple):
            return {"tuple": [self.told(v) for v in value]}
        remedy = "let the state hold tensors, numbers, tuples, mappings and dataclasses of them"
        raise Refusal("a state that can be saved", f"a {type(value).__name__} in it", remedy)

    def _tensor(self, tensor: Tensor) -> dict[str, Any]:
        names = {id(self.x): self.iterate} | self.names
        name = names.get(id(tensor)) or self.names.setdefault(id(tensor), f"{PREFIX}{len(self.arrays)}")
        if name != self.iterate and name not in self.arrays:
            self.arrays[name] = _distinct(tensor).numpy(force=True)
        return {"tensor": name, "shape": list(tensor.shape), "strides": list(tensor.stride())}


def _distinct(tensor: Tensor) -> Tensor:
    """The numbers that a tensor holds, those that an expanded one repeats once."""
    for axis, stride in enumerate(tensor.stride()):
        if stride == 0:
            tensor = tensor.narrow(axis, 0, min(1, tensor.shape[axis]))
    return tensor


@dataclass
class _StateReader:
    """Makes a state again from what `_StateWriter` told, by the type hints of its class."""

    dataset: "xr.Dataset"
    device: torch.device
    made: dict[str, Tensor] = field(default_factory=dict)  # what two fields shared they share again

    def value(self, told: Any, hint: Any) -> Any:
        if not isinstance(told, Mapping):
            return told
        if "number" in told:
            return float(told["number"])
        if "tensor" in told:
            if told["tensor"] not in self.made:
                self.made[told["tensor"]] = self._tensor(told)
            return self.made[told["tensor"]]
        if "described" in told:
            return rebuild(told["described"], arrays_in(self.dataset))
        if "mapping" in told:
            return _of_words({name: self.value(v, Any) for name, v in told["mapping"].items()}, hint)
        if "tuple" in told:
            return tuple(self.value(v, _item(hint, i)) for i, v in enumerate(told["tuple"]))
        cls = _record(hint)
        hints = get_type_hints(cls)
        return cls(**{name: self.value(v, hints[name]) for name, v in told["fields"].items()})

    def _tensor(self, told: Mapping[str, Any]) -> Tensor:
        values = torch.from_numpy(np.array(self.dataset[told["tensor"]].values))
        shape, strides = told["shape"], told["strides"]
        sizes = [min(1, n) if stride == 0 else n for n, stride in zip(shape, strides, strict=True)]
        reach = 1 + sum(max(n - 1, 0) * stride for n, stride in zip(sizes, strides, strict=True))
        if min(strides, default=0) < 0 or reach > _SPREAD * max(values.numel(), 1):
            raise ValueError(f"strides {strides} for {values.numel()} numbers")
        # Older files have all axes.
        kept = values.reshape(sizes) if values.ndim == 1 else values[tuple(map(slice, sizes))]
        made = torch.empty_strided(sizes, strides, dtype=values.dtype).copy_(kept)
        return made.expand(shape).to(self.device)


def _of_words(found: Mapping[str, Any], hint: Any) -> Any:
    """A mapping; where the class has a dataclass today, the one that says the same: see `_WORDS`."""
    if not (isinstance(hint, type) and is_dataclass(hint)):
        return found
    numbered = tuple(value for word, value in found.items() if word.startswith("norm "))
    said = {_WORDS.get(word, word): value for word, value in found.items() if not word.startswith("norm ")}
    return hint(**said, **({"norms": numbered} if numbered else {}))


def _item(hint: Any, index: int) -> Any:
    """The type of an entry of a tuple: tuple[A, B] or tuple[A, ...]."""
    inner: tuple[Any, ...] = next((get_args(h) for h in _choices(hint) if get_origin(h) is tuple), ())
    return inner[0] if inner[1:] == (...,) else inner[index] if index < len(inner) else Any


def _record(hint: Any) -> type:
    """The dataclass or named tuple that a hint allows: of A | None, A."""
    found = [h for h in _choices(hint) if isinstance(h, type) and (is_dataclass(h) or hasattr(h, "_fields"))]
    if len(found) != 1:
        raise ValueError(f"no one class for {hint}")
    return found[0]


def _choices(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
