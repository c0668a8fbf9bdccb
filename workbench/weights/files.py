"""Networks as files: safetensors, which hold numbers and words and never a program."""

import importlib
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from workbench.denoisers import ImageNetwork
from workbench.parameters import describe, rebuild
from workbench.refusal import Refusal

_SUFFIX = ".safetensors"
_PROGRAMS = (".pt", ".pth", ".pkl", ".bin", ".ckpt")


def write(network: ImageNetwork, path: str | Path, half: bool = True) -> None:
    """Save a network with its description, in half precision unless told otherwise, whole or not at all."""
    replace_file(Path(path), as_bytes(network, half))


def as_bytes(network: ImageNetwork, half: bool = True) -> bytes:
    """What `write` writes."""
    dtype = torch.float16 if half else torch.float32
    arrays = {name: value.detach().to(dtype) for name, value in network.state_dict().items()}
    return packed(arrays, {"network": json.dumps(describe(network))})


def read(path: str | Path) -> ImageNetwork:
    """The network of a file that `write` made; Refusal of every other file, and of arrays that do not fit it."""
    path = Path(path)
    if path.suffix != _SUFFIX:
        came = f"{str(path)!r}, which may hold programs" if path.suffix in _PROGRAMS else repr(str(path))
        raise Refusal(f"weights as a {_SUFFIX} file", came, "save the network with `weights.write`")
    if not os.path.isfile(path):  # noqa: PTH113 - path.is_file() raises where a name is too long
        raise Refusal("a file of weights", f"{path}, which is no file", f"give the path of a {_SUFFIX} file")
    return parsed(path.read_bytes(), path.name)


def read_on(path: str | Path, device: torch.device) -> ImageNetwork:
    """The same on a device, read once while the file stays as it is. Its readers share it: it is not to be changed."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):  # no file, or a name that none can have
        return read(path)  # which says what is wrong with it
    return _kept(str(path), found.st_mtime_ns, found.st_size, device)


@lru_cache(8)
def _kept(path: str, changed: int, size: int, device: torch.device) -> ImageNetwork:
    network = read(path)
    fix(network, device)
    return network


def parsed(whole: bytes, file: str) -> ImageNetwork:
    """The network in the bytes of a file, in single precision."""
    arrays, words = unpacked(whole, file)
    if "network" not in words:
        came, remedy = f"{file}, which does not say of which", "save the network with `weights.write`"
        raise Refusal("weights that say of which network they are", came, remedy)
    network = rebuild(json.loads(words["network"]))
    if not isinstance(network, ImageNetwork):
        raise Refusal("weights of a network", f"{file}, of a {type(network).__name__}", "take another file")
    return loaded(network, arrays, file)


def loaded(network: ImageNetwork, arrays: Mapping[str, Tensor], file: str) -> ImageNetwork:
    """The network with these weights, which nothing is to learn any more."""
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    came = {name: tuple(value.shape) for name, value in arrays.items()}
    odd = sorted({name for name, _ in wanted.items() ^ came.items()})
    if odd:
        sizes = [str(shapes.get(odd[0], "nothing")) for shapes in (wanted, came)]
        remedy = f"{len(odd)} of its arrays do not fit: train it again, or take the file it came from"
        raise Refusal(f"{odd[0]} of {sizes[0]} for {type(network).__name__}", f"{sizes[1]} in {file}", remedy)
    if not all(bool(torch.isfinite(value).all()) for value in arrays.values()):
        raise Refusal("finite weights", f"NaN or infinite ones in {file}", "train it again")
    network.load_state_dict({name: value.float() for name, value in arrays.items()})
    fix(network, torch.device("cpu"))
    return network.eval()


def packed(arrays: Mapping[str, Tensor], words: Mapping[str, str]) -> bytes:
    """Arrays and words as the bytes of a safetensors file."""
    return _safetensors().save({name: value.clone().contiguous() for name, value in arrays.items()}, metadata=words)


def unpacked(whole: bytes, file: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The arrays and the words in the bytes of a safetensors file; Refusal of other bytes."""
    try:
        arrays = _safetensors().load(whole)
    except Exception as error:  # the package has its own kind of error, which is not to be imported for its name
        raise Refusal("a safetensors file", f"{file} ({error})", "save it again with `weights.write`") from error
    length = int.from_bytes(whole[:8], "little")
    return arrays, json.loads(whole[8 : 8 + length]).get("__metadata__", {})


def replace_file(path: Path, whole: bytes) -> None:
    """Write a file; an older one of that name stays until the new one is whole."""
    beside = path.with_name(f"{path.name}.part")
    beside.write_bytes(whole)
    beside.replace(path)


def _safetensors() -> Any:
    try:
        return importlib.import_module("safetensors.torch")
    except ImportError as error:
        remedy = 'pip install "inverse-workbench[data]"'
        raise Refusal("the package safetensors", "an installation without it", remedy) from error


def fix(network: ImageNetwork, device: torch.device) -> None:
    """Put the weights on a device, where nothing learns them.

    Not by `requires_grad_` and `to`, which torch.func refuses within its transforms, where a first use may be.
    """
    for module in network.modules():
        for name, value in list(module.named_parameters(recurse=False)):
            setattr(module, name, nn.Parameter(value.detach().to(device), requires_grad=False))
