"""What comes out of the example scans: bars against their truth, the tilt series by views that were held out.

Figures, not seconds: they depend on no machine, and are printed.
"""

from collections.abc import Iterator

import numpy as np
import torch
from skimage.restoration import richardson_lucy

from workbench.algorithms import ADMM, SIRT, FilteredBackprojection
from workbench.data import Measured, example_array
from workbench.example_scans import example
from workbench.experiment import Experiment
from workbench.parameters import changed
from workbench.priors import NonNegative, Sum, WeightedTotalVariation, Zero
from workbench.run import iterate

MOST, EVERY = 1000, 25  # iterations of Richardson and Lucy, and between two looks
HELD = 7  # every so many views are held out


def scores(x: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Pearson's correlation, and the root mean square error over that of 0, at the best common scale."""
    scale = float((x * truth).sum() / np.square(x).sum())
    error = np.linalg.norm(scale * x - truth) / np.linalg.norm(truth)
    return float(np.corrcoef(x.ravel(), truth.ravel())[0, 1]), float(error)


def of_ours(made: Experiment, most: int) -> Iterator[tuple[int, np.ndarray]]:
    for state in iterate(made.problem(), made.algorithm):
        if state.k and state.k % EVERY == 0:
            yield state.k, state.x[0, 0].numpy()
        if state.k >= most:
            return


def of_scikit_image(y: np.ndarray, spread: np.ndarray, most: int) -> Iterator[tuple[int, np.ndarray]]:
    """Each look is a run of its own: it gives no iterates."""
    k = 1
    while k <= most:
        yield k, richardson_lucy(y / y.max(), spread / spread.sum(), k, clip=False)
        k *= 2


def bars() -> None:
    made, truth = example("bars"), example_array("bars", "truth").double().numpy()
    y, spread = made.source.loaded().tensor.double().numpy(), example_array("bars", "psf").double().numpy()
    raw = scores(y, truth)
    print(f"bars: correlation and NRMSE to the truth\n  data             {raw[0]:.3f} {raw[1]:.3f}")
    runs = {
        "MLEM": of_ours(made, MOST),
        "scikit-image": of_scikit_image(y, spread, 256),
        "  odd sides": of_scikit_image(y, spread[1:, 1:, 1:], 256),
    }
    for name, looks in runs.items():
        best = max((*scores(x, truth), k) for k, x in looks)
        print(f"  {name:16} {best[0]:.3f} {best[1]:.3f} at iteration {best[2]}")


def tilts() -> None:
    made = example("tilt_series")
    y, angles = made.source.loaded().tensor, np.array(made.operator.angles)
    held = np.arange(len(angles)) % HELD == HELD // 2
    seen, other = (changed(made.operator, angles=tuple(angles[which])) for which in (~held, held))
    rest = changed(made, source=Measured(y[~held]), operator=seen)

    def off(x: torch.Tensor) -> float:
        return float((other(x)[0, 0] - y[held]).norm() / y[held].norm())

    print(f"tilt series: {int(held.sum())} views that were held out, and how far they are foretold")
    direct = changed(rest, prior=Zero(), algorithm=FilteredBackprojection("hann"), steps=1)
    iterative = {n: changed(rest, prior=Zero(), algorithm=SIRT(), steps=n) for n in (30, 100, 200, 400)}
    tv = changed(rest, steps=200)
    ran = {"FBP": direct} | {f"SIRT, {n} steps": each for n, each in iterative.items()} | {"TV": tv}
    found = {name: torch.from_numpy(each.run().x.values) for name, each in ran.items()}
    weights = WeightedTotalVariation.weights_from(found["TV"], weight=8.0, contrast=20.0)
    weighted = changed(tv, prior=Sum(weights, NonNegative()), algorithm=ADMM())
    found["weighted TV"] = torch.from_numpy(weighted.run().x.values)
    for name, x in found.items():
        print(f"  {name:16} {off(x):.2%}, values {float(x.min()):.0f} to {float(x.max()):.0f} counts per nm")


if __name__ == "__main__":
    tilts()
    bars()
