"""Where tensors can live on this machine."""

import copy
import os
from itertools import chain
from typing import TypeVar

import torch
from torch import nn

from workbench.refusal import Refusal

_VISIBLE = "CUDA_VISIBLE_DEVICES"  # read when a process first uses a GPU
M = TypeVar("M", bound=nn.Module)
VARIABLE = "WORKBENCH_DEVICE"  # set by the Jupyter kernels that `workbench kernel install` makes


def default() -> str:
    """The device of experiments that name none: what WORKBENCH_DEVICE says, else the processor."""
    return os.environ.get(VARIABLE) or "cpu"


def fastest() -> str:
    """The first GPU, where there is one."""
    return available()[min(1, len(available()) - 1)]


def available() -> tuple[str, ...]:
    """The devices of this machine, the processor first: ("cpu",), or ("cpu", "cuda:0", ...)."""
    return ("cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)))


def find(name: str) -> torch.device:
    """The device of that name; Refusal lists those that are here."""
    here = available()
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in here:
        raise Refusal(f"a device of this machine ({', '.join(here)})", repr(name), "take one of these")
    return torch.device(wanted)


def moved(module: M, device: torch.device | str) -> M:
    """The module on a device: itself where nothing of it is elsewhere, else a copy, since torch would move this one."""
    there = torch.empty(0, device=device).device  # "cuda" is the GPU in use, "cuda:0" for one
    apart = any(part.device != there for part in chain(module.parameters(), module.buffers()))
    return copy.deepcopy(module).to(there) if apart else module


def synchronise(device: torch.device) -> None:
    """Wait until the device has done what was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def alone(number: int) -> None:
    """Let this process see one GPU only, the one of that number among those it may see; before it uses any.

    It is `cuda:0` then. So each of several processes has one of its own.
    """
    seen = [name for name in os.environ.get(_VISIBLE, "").split(",") if name.strip()]
    os.environ[_VISIBLE] = seen[number % len(seen)] if seen else str(number)
