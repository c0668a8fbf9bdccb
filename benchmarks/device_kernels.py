"""Each kernel and an iteration of each method on a GPU: its time there, the time a call takes, launches and transfers.

`python -m benchmarks.device_kernels` on a machine with a GPU, 256 to 2048 px in single precision. The share of the
memory's bandwidth counts what a call must at least read and write; what fits the cache may exceed it.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.autograd import DeviceType

from benchmarks.common import arguments, publish, table
from benchmarks.roofline import Count, counts
from workbench import algorithms, catalog, devices
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.kernels import admm_tv
from workbench.operators import FourierMask, GaussianBlur, Operator, Radon
from workbench.parameters import changed
from workbench.priors.sparsity.filter_bank import FilterBank
from workbench.refusal import Refusal
from workbench.run import iterate

SIDES = (256, 512, 1024, 2048)
METHODS = ("ADMM", "PDHG", "FISTA")
LONG = 1 << 28  # numbers of the array that measures bandwidth
TRACED = 10


def measured(call: Callable[[], object], device: torch.device, seconds: float) -> dict[str, float]:
    """Of one call: ms from start to end when many are queued, ms of the GPU at work, launches, copies to and fro."""
    for _ in range(3):
        call()
    devices.synchronise(device)
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < seconds:
        call()
        count += 1
    devices.synchronise(device)
    wall = 1e3 * (time.perf_counter() - begin) / count
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as seen:
        for _ in range(TRACED):
            call()
        devices.synchronise(device)
    events = [e for e in seen.events() or () if e.device_type is DeviceType.CUDA]
    moved = [e for e in events if e.name.startswith("Memcpy") and "DtoD" not in e.name]
    return {
        "ms": wall,
        "busy": 1e-3 * sum(e.time_range.elapsed_us() for e in events) / TRACED,
        "launches": (len(events) - len(moved)) / TRACED,
        "transfers": len(moved) / TRACED,
    }


def bandwidth(device: torch.device) -> float:
    """Bytes a second of a copy that no cache holds, read and written."""
    a = torch.ones(LONG, device=device)
    b = torch.empty_like(a)
    return 8 * LONG / (1e-3 * measured(lambda: b.copy_(a), device, 0.2)["busy"])


def more(side: int, device: torch.device) -> dict[str, Count]:
    """What the roofline does not hold: ADMM's pass, wavelets, and the two transforms that a blur is made of."""
    rng = torch.Generator().manual_seed(0)
    x, z, q = (torch.randn(1, 1, *more, side, side, generator=rng).to(device) for more in ((), (2,), (2,)))
    n, one = side**2, torch.ones(1, dtype=torch.float64)
    pace, bank = admm_tv.PenaltyPace(one, 1.6), FilterBank("db4", 3)
    return {
        "ADMM's pass for TV": Count(lambda: admm_tv.step((x, z, q), pace, 0.1), 10 * n, 50 * n),
        "wavelet transform": Count(lambda: bank.analyse(x), 2 * n, 16 * n),
        "real FFT and back": Count(lambda: torch.fft.irfft2(torch.fft.rfft2(x), s=(side, side)), 4 * n, 10 * n),
    }


def kernels(device: torch.device, seconds: float) -> tuple[dict[str, Any], str]:
    peak, found = bandwidth(device), {}
    for side in SIDES:
        for name, count in (counts(side, device) | more(side, device)).items():
            if side == SIDES[0] or "points" not in name:
                seen = measured(count.call, device, seconds)
                found[f"{name}, {side}"] = seen | {"share": 4e3 * count.numbers / seen["busy"] / peak}
    rows = [
        (n, f"{v['ms']:.3f}", f"{v['busy']:.4f}", f"{v['launches']:.0f}", f"{v['transfers']:.0f}", f"{v['share']:.0%}")
        for n, v in found.items()
    ]
    head = ("kernel, side", "ms a call", "ms of the GPU", "launches", "transfers", "of the bandwidth")
    return {"bytes a second": peak, "kernels": found}, f"copy: {1e-9 * peak:.0f} GB/s\n\n" + table(head, rows)


def iterations(device: torch.device, seconds: float) -> tuple[dict[str, Any], str]:
    found = {}
    for operator in (GaussianBlur, Radon, FourierMask):
        for method in METHODS:
            for side in SIDES[:3]:  # of the camera
                call = stepping(operator((1, side, side)), catalog.find("algorithm", method)(), device)
                found[f"{operator.__name__} {method} {side}"] = measured(call, device, seconds)
    rows = [
        (
            n,
            f"{1e3 / v['ms']:.0f}",
            f"{v['ms']:.3f}",
            f"{v['busy']:.3f}",
            f"{v['launches']:.0f}",
            f"{v['transfers']:.1f}",
        )
        for n, v in found.items()
    ]
    head = ("problem", "iterations / s", "ms", "ms of the GPU", "launches", "transfers")
    return found, table(head, rows)


def stepping(operator: Operator, algorithm: algorithms.Algorithm, device: torch.device) -> Callable[[], object]:
    """One more iteration a call, of the camera with total variation."""
    made = changed(Experiment(), truth=Shipped("camera", operator.in_shape[-1]), operator=operator)
    states = iterate(made.problem().to(device), algorithm)
    return lambda: next(states)


def main() -> None:
    args = arguments(__doc__, 1, milliseconds=100)
    device = devices.find(devices.available()[-1])
    if device.type != "cuda":
        raise Refusal("a machine with a GPU", "one without", "run it there; benchmarks.roofline is for processors")
    seconds, name = 1e-3 * args.milliseconds, torch.cuda.get_device_name(device)
    with torch.no_grad():
        parts: Mapping[str, tuple[Any, str]] = {
            "kernels": kernels(device, seconds),
            "iterations": iterations(device, seconds),
        }
    publish(
        "device_kernels",
        {"device": name} | {k: v for k, (v, _) in parts.items()},
        name,
        *(t for _, t in parts.values()),
    )


if __name__ == "__main__":
    main()
