"""Radon of 60 angles and 20 dual steps of total variation, 256 x 256 in single precision, beside other libraries.

Run it in the environment of peers.txt, from the checkout: `/tmp/lead/peers/bin/python -m benchmarks.kernels`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from benchmarks import peers
from benchmarks.common import arguments, away, between, fastest, interleaved, publish, summary, table
from workbench.data import truth
from workbench.kernels import tv as kernel
from workbench.operators import Radon

SIDE, ANGLES, STEPS, T = 256, 60, 20, 0.1
GOAL, TV_GOAL = 2, 4
Calls = Mapping[str, Callable[[], Any]]
HEAD = ("", "median ms", "quartiles", "our speed over it", "result")


def one_thread(call: Callable[[], Any]) -> Callable[[], Any]:
    """The same with one thread, as ASTRA and scikit-image have."""

    def run() -> Any:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return call()
        finally:
            torch.set_num_threads(threads)

    return run


def projectors(image: Tensor) -> tuple[Calls, Calls, dict[str, str]]:
    """Forward and adjoint of every library on the same signals, and how far each forward is from ours."""
    ours = Radon((1, SIDE, SIDE), ANGLES)
    degrees, clean = ours.degrees(), ours(image)
    # Ours counts lengths in sides of the image, the others in pixels.
    distances = {"ours": "0"}
    forward, adjoint = _both("ours", lambda: ours(image), lambda: ours.adjoint(clean))
    for kind in peers.PROJECTORS:
        other, name = peers.Astra(kind, image, degrees, clean.shape[-1]), f"ASTRA {kind}"
        forward[name], adjoint[name] = other.forward, other.adjoint
        other.forward()
        distances[name] = f"{away(other.sinogram / SIDE, clean):.1e}"
    exact, inexact = (peers.tomography(SIDE, degrees.float(), by_backprop) for by_backprop in (True, False))
    sinogram = exact.A(image)
    distances["DeepInverse"] = f"{away(sinogram.mT / SIDE, clean):.1e}"
    forward["DeepInverse"] = lambda: exact.A(image)
    adjoint["DeepInverse"] = lambda: exact.A_adjoint(sinogram)
    adjoint["DeepInverse, inexact adjoint"] = lambda: inexact.A_adjoint(sinogram)
    return forward, adjoint, distances


def _both(name: str, forward: Callable[[], Any], adjoint: Callable[[], Any]) -> tuple[dict, dict]:
    single = f"{name}, 1 thread"
    return ({name: call, single: one_thread(call)} for call in (forward, adjoint))


def proxes(image: Tensor) -> tuple[Calls, dict[str, str]]:
    """The prox of T TV by 20 iterations of each library, and how far each is from the least objective."""
    t = torch.full((1,), T)
    best = float(kernel.tv_solve(image.double(), t, tolerance=1e-10, iterations=20_000).value)

    def ours() -> Tensor:
        return kernel.tv_solve(image, t, tolerance=0.0, iterations=STEPS).x

    calls = {
        "ours": ours,
        "ours, 1 thread": one_thread(ours),
        "scikit-image Chambolle": peers.chambolle(image, T, STEPS),
        "DeepInverse TV prox": peers.total_variation(image, T, STEPS),
    }
    return calls, {name: f"{_objective(call(), image) / best - 1:.1e}" for name, call in calls.items()}


def _objective(found: Any, image: Tensor) -> float:
    x, y = torch.as_tensor(found).double().reshape(image.shape), image.double()
    return float((x - y).square().sum() / 2 + T * kernel.tv(x))


def compare(calls: Calls, repetitions: int, result: Mapping[str, str], goal: int) -> tuple[dict[str, Any], str]:
    """The timings in milliseconds and how many times faster ours is, in all and over the fastest of the others."""
    with torch.no_grad():
        found = {n: summary(times, 1e3) for n, times in interleaved(calls, repetitions).items()}
    ours = found["ours"]["median"]
    other, ratio = fastest(found)
    rows = [(n, s["median"], between(s), s["median"] / ours, result.get(n, "")) for n, s in found.items()]
    numbers = {"ms": found, "fastest other": other, "faster than it": ratio, "result": dict(result)}
    verdict = f"{ratio:.2f} times faster than the fastest other, {other} (goal: {goal})."
    return numbers, table(HEAD, rows) + "\n\n" + verdict


def main() -> None:
    given = arguments(__doc__, repetitions=100)
    image = truth("camera", SIDE).float().reshape(1, 1, SIDE, SIDE)
    forward, adjoint, distances = projectors(image)
    prox, excess = proxes(image + 0.1 * torch.randn(image.shape, generator=torch.Generator().manual_seed(0)))
    cases = {
        f"Radon of {ANGLES} angles, forward": (forward, given.repetitions, distances, GOAL),
        f"Radon of {ANGLES} angles, adjoint": (adjoint, given.repetitions, {}, GOAL),
        f"Total variation, {STEPS} dual steps": (prox, given.repetitions, excess, TV_GOAL),
    }
    found = {name: compare(*case) for name, case in cases.items()}
    notes = (
        f"{SIDE} x {SIDE}, float32, calls interleaved in one process. Result: relative distance of a forward "
        "projection from ours; of a prox, its objective above the least one, relative. ASTRA's CPU code and "
        "scikit-image use one thread. DeepInverse was imported with empty shells for torchvision (peers.py)."
    )
    texts = [f"## {name}\n\n{text}" for name, (_, text) in found.items()]
    over = {name: (numbers["faster than it"], cases[name][-1]) for name, (numbers, _) in found.items()}
    results = {name: numbers for name, (numbers, _) in found.items()}
    publish("kernels", results | {"over the fastest other": over}, notes, *texts)


if __name__ == "__main__":
    main()
