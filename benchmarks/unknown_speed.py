"""Factors, atoms, completion and blind deblurring beside scikit-learn, SPAMS, SoftImpute, PyProximal, to one error.

`.peers/bin/python -m benchmarks.unknown_speed --threads 1`: what is not installed is left out, and said. Seconds of
the processor; how many steps each needs is found beforehand, and not counted; starts are.
"""

import importlib.util
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import sklearn.decomposition
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.common import arguments, between, interleaved, publish, summary, table
from benchmarks.unknowns import apart, drawn, end, exact, matrix
from workbench.algorithms import HALS, PALM, AlternatingMinimisation, DictionaryLearning
from workbench.data import truth
from workbench.data.example_signals import sensors
from workbench.noise import Gaussian
from workbench.operators import Identity, Mask
from workbench.parametrisations import Dictionary, KernelAndImage, LowRank
from workbench.priors import L1, L2Ball, NonNegative, OnUnknown, Simplex, Sum, TotalVariation
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import normal_like, stream

Array = NDArray[np.float64]
Contenders = dict[str, Callable[[], object]]
PICTURED, ATOMS, PATCH, SPARSE = 256, 64, 8, 0.1  # px, atoms, px, price of a code
FACTORS, RANK, NEAR = (1, 400, 300), 10, 0.02
SEEN, COMPLETED = 0.3, (1, 300, 300)
SIGMA, WEIGHT, SHRINKING = 0.005, 20.0, 100  # of the picture whose kernel is looked for; steps that are compared


def factors() -> Contenders:
    """Non-negative factors of a 400 x 300 picture of rank 10, with noise, to 2 %."""
    picture = drawn((1, 1, 400, RANK), 0).abs() @ drawn((1, 1, RANK, 300), 0, 1).abs()
    picture = picture + 0.01 * picture.mean() * drawn(picture.shape, 0, 2).abs()
    problem = exact(Identity(FACTORS), LowRank(FACTORS, RANK), picture, OnUnknown(NonNegative()))
    steps = next(s.k for s in iterate(problem, HALS()) if apart(problem, s.x) <= NEAR)
    data = picture[0, 0].numpy()

    def theirs(count: int) -> Array:
        model = sklearn.decomposition.NMF(RANK, solver="cd", max_iter=count, tol=0, init="nndsvda", random_state=0)
        return model.fit_transform(data) @ model.components_

    enough = next(n for n in range(5, 5000, 5) if np.linalg.norm(theirs(n) - data) <= NEAR * np.linalg.norm(data))
    return {"ours, HALS": partial(end, problem, HALS(), steps), "scikit-learn, cd": partial(theirs, enough)}


def atoms() -> Contenders:
    """Atoms of length 1 and sparse codes of the patches of a photograph, to the objective of five alternations.

    The others know no mask: with one, ours takes as many steps, four pixels of ten missing. SPAMS with batches of 256,
    its default, and of 64, the best that was found.
    """
    picture = truth("camera", PICTURED).double()
    shape = (1, PICTURED, PICTURED)
    phi = Dictionary(shape, ATOMS, PATCH)
    prior = Sum(OnUnknown(L1(SPARSE), "code"), OnUnknown(L2Ball(1 / PATCH, 3), "atoms"))
    problem = Problem(Identity(shape), Gaussian(1.0), prior, picture - picture.mean(), None, phi)
    mask = Mask(shape, 0.6)
    missing = Problem(mask, Gaussian(1.0), prior, mask(problem.y), None, phi)
    rows = phi.patches(problem.y)[0, 0].numpy()

    def theirs() -> tuple[Array, Array]:
        model = sklearn.decomposition.DictionaryLearning(
            ATOMS, alpha=SPARSE, max_iter=5, tol=0, fit_algorithm="cd", transform_algorithm="lasso_cd",
            transform_alpha=SPARSE, random_state=0,
        )  # fmt: skip
        return model.fit_transform(rows), model.components_

    code, words = theirs()
    goal = float(((rows - code @ words) ** 2).sum() / 2 + SPARSE * abs(code).sum())
    learning = DictionaryLearning()
    steps = next(s.k for s in iterate(problem, learning) if _objective(problem, s.x) <= goal)
    return {
        f"ours, DictionaryLearning, {steps} steps to {goal:.4g}": partial(end, problem, learning, steps),
        "scikit-learn, DictionaryLearning, cd": theirs,
        **_online(np.asfortranarray(rows.T), goal),
        f"ours, DictionaryLearning, {steps} steps with a mask": partial(end, missing, learning, steps),
    }


def _online(columns: Array, goal: float) -> Contenders:
    """SPAMS (Mairal 2010) to the goal, by batches of two sizes; none where it is not installed."""
    if importlib.util.find_spec("spams") is None:
        return {}
    import spams

    def learned(batch: int, rounds: int) -> tuple[Array, Any]:
        options: dict[str, Any] = {"lambda1": SPARSE, "mode": 2, "numThreads": 1}
        words = spams.trainDL(columns, K=ATOMS, iter=rounds, batchsize=batch, verbose=False, **options)
        return words, spams.lasso(columns, words, **options).toarray()

    def far(batch: int, rounds: int) -> bool:
        words, code = learned(batch, rounds)
        return float(((columns - words @ code) ** 2).sum() / 2 + SPARSE * abs(code).sum()) > goal

    found: Contenders = {}
    for batch in (256, 64):
        enough = next(n for n in range(1, 200) if not far(batch, n))
        found[f"SPAMS, trainDL, batches of {batch}, {enough} of them"] = partial(learned, batch, enough)
    return found


def completion() -> Contenders:
    """A 300 x 300 matrix of rank 5 of which three tenths are seen, to the best error that SoftImpute reaches."""
    picture = matrix(300, 300, 5, 0)
    problem = exact(Mask(COMPLETED, SEEN), LowRank(COMPLETED, 5), picture)
    if importlib.util.find_spec("fancyimpute") is None:
        return {"ours, AlternatingMinimisation": partial(end, problem, AlternatingMinimisation(), 20)}
    seen = (Mask(COMPLETED, SEEN)(torch.ones_like(picture))[0, 0] > 0).numpy()
    truth = picture[0, 0].numpy()
    theirs = partial(_soft_imputed, np.where(seen, truth, np.nan))
    goal = float(np.linalg.norm(theirs() - truth) / np.linalg.norm(truth))
    steps = next(s.k for s in iterate(problem, AlternatingMinimisation()) if apart(problem, s.x) <= goal)
    return {
        f"ours, AlternatingMinimisation, to {goal:.1g}": partial(end, problem, AlternatingMinimisation(), steps),
        "fancyimpute, SoftImpute": theirs,
    }


def _soft_imputed(known: Array) -> Array:
    import fancyimpute

    # It calls scikit-learn's check with a word that newer ones do not take; the array is fine.
    for name, module in list(sys.modules.items()):
        if name.startswith("fancyimpute") and hasattr(module, "check_array"):
            vars(module)["check_array"] = lambda array, **_: np.asarray(array)
    return fancyimpute.SoftImpute(max_iters=300, convergence_threshold=1e-5, verbose=False).fit_transform(known)


def deblurring() -> Contenders:
    """Kernel on the simplex and picture of few edges, 64 px: to the objective that both reach."""
    found = sensors.blurred_picture("camera")
    y = (found.picture + SIGMA * normal_like(found.picture, stream(0, "benchmark of unknown speed"))).double()
    shape, size = (1, sensors.SIDE, sensors.SIDE), sensors.KERNEL
    prior = Sum(OnUnknown(Simplex(1 / size**2), "kernel"), OnUnknown(TotalVariation(WEIGHT), "image"))
    problem = Problem(Identity(shape), Gaussian(SIGMA), prior, y, None, KernelAndImage(shape, size))
    ours = [_objective(problem, s.x) for s in islice(iterate(problem, PALM()), SHRINKING + 1)]
    if importlib.util.find_spec("pyproximal") is None:
        return {"ours, PALM": partial(end, problem, PALM(), SHRINKING)}
    theirs: list[float] = []
    _their_palm(problem, SHRINKING, lambda u: theirs.append(_objective(problem, u)))
    goal = max(ours[-1], theirs[-1])
    counts = [next(k for k, v in enumerate(values) if v <= goal) for values in (ours, theirs)]
    return {
        f"ours, PALM, {counts[0]} steps": partial(end, problem, PALM(), counts[0]),
        f"PyProximal, iPALM, {counts[1] + 1} steps": partial(_their_palm, problem, counts[1] + 1),
    }


def _objective(problem: Problem, u: Tensor) -> float:
    """Of the kernel brought to the simplex, to rounding."""
    inside = problem.prior.feasible(u)
    return float(problem.objective(inside))


def _their_palm(problem: Problem, steps: int, look: Callable[[Tensor], None] | None = None) -> None:
    """PyProximal's iPALM on the same objective times sigma^2, from the same start, inertia as ours."""
    import pyproximal
    from pyproximal.optimization.palm import iPALM

    phi = problem.parametrisation
    views = {name: view.numpy().ravel() for name, view in phi.views(problem.start()).items()}
    side, size = sensors.SIDE, sensors.KERNEL

    def back(kernel: Array, image: Array) -> Tensor:
        pair = {"kernel": kernel.reshape(1, 1, size, size), "image": image.reshape(1, 1, side, side)}
        return phi.joined({name: torch.from_numpy(block.copy()) for name, block in pair.items()})

    iPALM(
        _blur(problem.y[0, 0].numpy(), views["kernel"], views["image"]),
        pyproximal.Simplex(size**2, 1.0, engine="numba"),
        pyproximal.TV((side, side), sigma=WEIGHT * SIGMA**2, niter=20, rtol=1e-5),
        views["kernel"],
        views["image"],
        a=(0.3, 0.3),
        niter=steps,
        callback=None if look is None else lambda kernel, image: look(back(kernel, image)),
    )


def _blur(y: Array, kernel: Array, image: Array) -> Any:
    """|k * m - y|^2 / 2 as PyProximal has bilinear maps: periodic, by Fourier, with the exact Lipschitz constants."""
    from pyproximal.utils.bilinear import BilinearOperator

    side, size = y.shape[0], round(len(kernel) ** 0.5)
    half = size // 2

    def of_kernel(k: Array) -> NDArray[np.complex128]:
        whole = np.zeros((side, side))
        whole[:size, :size] = k.reshape(size, size)
        return np.fft.rfft2(np.roll(whole, (-half, -half), (0, 1)))

    def of_image(m: Array) -> NDArray[np.complex128]:
        return np.fft.rfft2(m.reshape(side, side))

    class Blur(BilinearOperator):
        def __init__(self) -> None:
            self.x, self.y = kernel, image

        def __call__(self, x: Array, y: Array) -> float:
            return float((self._rest(of_kernel(x), of_image(y)) ** 2).sum() / 2)

        def _rest(self, K: NDArray[np.complex128], M: NDArray[np.complex128]) -> Array:
            return np.fft.irfft2(K * M, s=y.shape) - y

        def gradx(self, x: Array) -> Array:
            M = of_image(self.y)
            slope = np.fft.irfft2(np.conj(M) * np.fft.rfft2(self._rest(of_kernel(x), M)), s=y.shape)
            return np.roll(slope, (half, half), (0, 1))[:size, :size].ravel()

        def grady(self, y: Array) -> Array:
            K = of_kernel(self.x)
            return np.fft.irfft2(np.conj(K) * np.fft.rfft2(self._rest(K, of_image(y))), s=(side, side)).ravel()

        def grad(self, x_or_y: Array) -> Array:
            return np.concatenate([self.gradx(x_or_y[: len(kernel)]), self.grady(x_or_y[len(kernel) :])])

        def lx(self, x: Array) -> float:
            return float((np.abs(of_kernel(x)) ** 2).max())

        def ly(self, y: Array) -> float:
            return float((np.abs(of_image(y)) ** 2).max())

        def updatex(self, x: Array) -> None:
            self.x = x

        def updatey(self, y: Array) -> None:
            self.y = y

    return Blur()


PROBLEMS = {
    "non-negative factors": factors,
    "atoms and codes": atoms,
    "completion": completion,
    "blind deblurring": deblurring,
}
GOALS = {"non-negative factors": 2.0, "atoms and codes": 1.0, "completion": 5.0, "blind deblurring": 3.0}


def main() -> None:
    args = arguments(__doc__, 9)
    rows, found = [], {}
    for name, contenders in PROBLEMS.items():
        times = {who: summary(t) for who, t in interleaved(contenders(), args.repetitions, time.process_time).items()}
        ours = next(iter(times.values()))["median"]
        found[name] = times
        for who, each in times.items():
            told = "" if who.startswith("ours") else f"{each['median'] / ours:.1f}, asked {GOALS[name]:g}"
            rows.append([name, who, each["median"], between(each), told])
    publish(
        "unknown_speed",
        {"seconds": found},
        "Seconds of the processor, calls in turn; the ratio is theirs over ours.",
        table(("problem", "", "median s", "quartiles", "ratio"), rows),
    )


if __name__ == "__main__":
    main()
