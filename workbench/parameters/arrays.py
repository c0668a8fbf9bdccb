"""Arrays as arguments: known by shape, dtype and the SHA-256 of their values, and kept beside the description."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from workbench.refusal import Refusal
from workbench.tensors import shown

Arrays = Mapping[str, np.ndarray]
_KNOWN = WeakTensorKeyDictionary()  # a tensor's digest at one version of its values
_NAMES = WeakTensorKeyDictionary()  # what a tensor is called
_OWN = WeakTensorKeyDictionary()  # the version at which a tensor became an object's own


def is_array(obj: Any) -> bool:
    """Whether an object is an array of plain numbers, which a file can keep."""
    if isinstance(obj, Tensor):
        return obj.layout == torch.strided and obj.dtype not in (torch.bfloat16, torch.float16) and not obj.is_quantized
    return isinstance(obj, np.ndarray) and obj.dtype.kind in "biufc"


class Typed(str):
    """What a person typed to name an array, FILE::/path/in/file: the text itself where an argument takes any word."""

    load: Callable[[], Tensor]

    @classmethod
    def of(cls, text: str, load: Callable[[], Tensor]) -> "Typed":
        typed = cls(text)
        typed.load = load
        return typed

    @cached_property
    def array(self) -> Tensor:
        """The array that it names, read once. Refusal as `load` has it."""
        return self.load()


def owned(array: Tensor) -> Tensor:
    """The array as an object keeps it: a copy, which stays what it is when the caller fills the array anew.

    What an object keeps already is not copied again, nor is what torch differentiates or trains.
    """
    trained = array.requires_grad or isinstance(array, torch.nn.Parameter)
    if trained or _OWN.get(array, -1) == _version(array):
        return array
    made = array.clone()
    _OWN[made] = _version(made)
    return called(made, _NAMES[array]) if array in _NAMES else made


def _version(array: Tensor) -> int:
    """How often torch has changed the values in place; in inference mode it does not count."""
    return 0 if array.is_inference() else array._version


def called(array: Tensor, name: str) -> Tensor:
    """The array, from now on described by this name too: that of the file it came from, such as "psf.h5::/psf"."""
    _NAMES[array] = name
    return array


def name_of(array: Tensor | np.ndarray) -> str:
    """What an array is called; "array_" and the first letters of its SHA-256 where it was given no name."""
    name = _NAMES.get(array, "") if isinstance(array, Tensor) else ""
    return name or f"array_{digest(array)[:8]}"


def describe_array(array: Tensor | np.ndarray) -> dict[str, Any]:
    """Plain JSON that names the array: {"array": its SHA-256, "dtype": "float64", "shape": [16, 16], "of": "torch"}.

    "name" is added where it has one.
    """
    library = "torch" if isinstance(array, Tensor) else "numpy"
    dtype = str(array.dtype).removeprefix("torch.")
    told = {"array": digest(array), "dtype": dtype, "shape": list(array.shape), "of": library}
    return told | ({"name": _NAMES[array]} if isinstance(array, Tensor) and array in _NAMES else {})


def rebuild_array(description: Mapping[str, Any], arrays: Arrays) -> Tensor | np.ndarray:
    """The array of a description, out of those that were kept with it; Refusal where it is not among them."""
    found = arrays.get(description["array"])
    if found is None:
        name = f"the array {description['name']}" if "name" in description else "an array"
        what = f"{name}, {shown(tuple(description['shape']))}, {description['dtype']}"
        raise Refusal(what, "a description without its values", "build the object in Python, or open the saved run")
    if description["of"] != "torch":
        return found
    made = torch.from_numpy(found.copy())
    return called(made, description["name"]) if "name" in description else made


def digest(array: Tensor | np.ndarray) -> str:
    """SHA-256 of the values, in the order of the signal and the byte order of files, little-endian."""
    if not isinstance(array, Tensor):
        return _digest(array)
    version, known = _version(array), _KNOWN.get(array)
    if known is None or known[0] != version:
        known = (version, _digest(array.numpy(force=True)))
        _KNOWN[array] = known
    return known[1]


def _digest(values: np.ndarray) -> str:
    little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False))
    return hashlib.sha256(little.tobytes()).hexdigest()
