"""The same code on a GPU: adjoints there, agreement with the CPU, and time per iteration against the image's side.

`python -m benchmarks.device` takes the last device of the machine: the GPU where there is one, else the processor.
"""

import time
from statistics import median
from typing import Any

import torch

from benchmarks.agreement import adjoint_error
from benchmarks.common import arguments, publish, table
from workbench import algorithms, catalog, devices, operators
from workbench.data import Shipped
from workbench.experiment import Experiment, fit
from workbench.operators import Field
from workbench.parameters import changed
from workbench.run import after, iterate, until

PRECISIONS = {
    "float32": torch.float32,
    "float64": torch.float64,
    "complex64": torch.complex64,
    "complex128": torch.complex128,
}
METHODS = ("PDHG", "FISTA", "ADMM")


def adjoints(device: torch.device) -> tuple[dict[str, Any], str]:
    """The adjoint error of every operator of the catalogue at its default size."""
    found = {}
    for name, cls in catalog.members("operator").items():
        operator = cls().to(device)
        kinds = {
            k: d for k, d in PRECISIONS.items() if (Field.COMPLEX if d.is_complex else Field.REAL) in operator.field
        }
        found[name] = {k: adjoint_error(operator, d, str(device)) for k, d in kinds.items()}
    rows = [(n, *(f"{e[k]:.1e}" if k in e else "" for k in PRECISIONS)) for n, e in found.items()]
    return found, table(("operator", *PRECISIONS), rows)


def agreement(device: torch.device) -> tuple[dict[str, Any], str]:
    """|x on the device - x on the CPU| / |x| after 30 steps from the same float64 data."""
    found = {}
    for operator in (operators.GaussianBlur, operators.Mask, operators.Radon, operators.FourierMask):
        for method in METHODS:
            made = Experiment(
                truth=Shipped("camera", 64),
                operator=operator((1, 64, 64)),
                algorithm=catalog.find("algorithm", method)(),
            )
            problem = made.problem(made.truth.tensor().double())
            here, there = (last(each, made.algorithm, 30) for each in (problem, problem.to(device)))
            found[f"{operator.__name__} {method}"] = float((there.cpu() - here).norm() / here.norm())
    return found, table(("problem", "relative difference"), [(n, f"{v:.1e}") for n, v in found.items()])


def last(problem: Any, algorithm: algorithms.Algorithm, steps: int) -> torch.Tensor:
    *_, state = until(iterate(problem, algorithm), after(steps))
    return state.x


def speed(device: torch.device, repetitions: int) -> tuple[dict[str, Any], str]:
    """Milliseconds an iteration of TV deblurring and of TV tomography (60 views), float32."""
    found = {}
    for operator in (operators.GaussianBlur((1, 256, 256), 2.0), operators.Radon((1, 256, 256))):
        for method in METHODS:
            for side in (256, 512, 1024):
                made = changed(Experiment(), truth=Shipped("camera", side), operator=fit(operator, (1, side, side)))
                problem, algorithm = made.problem().to(device), catalog.find("algorithm", method)()
                key = f"{type(operator).__name__} {method} {side}"
                found[key] = milliseconds(problem, algorithm, device, repetitions)
    return found, table(
        ("problem", "ms / iteration", "iterations / s"), [(n, f"{v:.3f}", f"{1e3 / v:.0f}") for n, v in found.items()]
    )


def milliseconds(problem: Any, algorithm: algorithms.Algorithm, device: torch.device, repetitions: int) -> float:
    """The median over repetitions of the mean time of an iteration; two batches of iterations warm up."""
    states = iterate(problem, algorithm)
    times = []
    for _ in range(repetitions + 2):
        devices.synchronise(device)
        begin, count = time.perf_counter(), 0
        while count < 200 and time.perf_counter() - begin < 0.25:
            next(states)
            count += 1
        devices.synchronise(device)
        times.append(1e3 * (time.perf_counter() - begin) / count)
    return median(times[2:])


def main() -> None:
    args = arguments(__doc__, 5)
    device = devices.find(devices.available()[-1])
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    parts = {"adjoints": adjoints(device), "agreement": agreement(device), "speed": speed(device, args.repetitions)}
    texts = [text for _, text in parts.values()]
    publish(f"device_{device.type}", {"device": name} | {k: v for k, (v, _) in parts.items()}, name, *texts)


if __name__ == "__main__":
    main()
