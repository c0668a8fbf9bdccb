"""DeepInverse's plug-and-play and diffusion on our problems, with our denoiser, where it is installed."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from workbench.operators import ConvolutionPSF, Mask
from workbench.problem import Problem
from workbench.refusal import Refusal

Solve = Callable[[], Tensor]


class _Denoiser(nn.Module):
    """The denoiser of a problem's prior, with the call that DeepInverse makes."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self._problem = problem

    def forward(self, x: Tensor, sigma: Any) -> Tensor:
        return self._problem.prior.denoise(x, float(sigma))


def gradient(problem: Problem, steps: int) -> Solve | None:
    """So many steps of proximal gradient, step 1 and the noise of the data."""
    return _plugged(problem, "PGD", [1.0] * steps, [problem.noise.sigma] * steps)


def splitting(problem: Problem, levels: Sequence[float], trust: float) -> Solve | None:
    """Half-quadratic splitting with these levels of noise and this trust in the denoiser."""
    penalties = [(level / problem.noise.sigma) ** 2 / trust for level in levels]
    return _plugged(problem, "HQS", penalties, list(levels))


def _plugged(problem: Problem, method: str, steps: list[float], levels: list[float]) -> Solve | None:
    if not find_spec("deepinv"):
        return None
    dinv, physics = _deepinverse(), _physics(problem)
    prior = dinv.optim.PnP(_Denoiser(problem))
    model = getattr(dinv.optim, method)(
        dinv.optim.L2(), prior, stepsize=steps, sigma_denoiser=levels, max_iter=len(levels), early_stop=False
    )
    return lambda: model(problem.y, physics)


def ddrm(problem: Problem, levels: Sequence[float]) -> Solve | None:
    """With these levels of noise, an evaluation at each."""
    if not find_spec("deepinv"):
        return None
    model, physics = _deepinverse().sampling.DDRM(_Denoiser(problem), np.array(levels)), _physics(problem)
    return lambda: model(problem.y, physics)


def diffpir(problem: Problem, evaluations: int) -> Solve | None:
    """With so many levels of its own."""
    if not find_spec("deepinv"):
        return None
    dinv, physics = _deepinverse(), _physics(problem)
    model = dinv.sampling.DiffPIR(_Denoiser(problem), dinv.optim.L2(), problem.noise.sigma, max_iter=evaluations)
    return lambda: model(problem.y, physics)


def _physics(problem: Problem) -> Any:
    """The operator as theirs, with the noise of the data."""
    operator, physics = problem.operator, _deepinverse().physics
    noise = physics.GaussianNoise(problem.noise.sigma)
    if isinstance(operator, Mask):
        return physics.Inpainting(operator.in_shape, operator.mask().float()[None], noise_model=noise)
    if isinstance(operator, ConvolutionPSF) and operator.boundary == "periodic":
        kernel = torch.tensor(operator.kernel)[None, None]
        return physics.BlurFFT(operator.in_shape, kernel, noise_model=noise)
    raise Refusal("a mask or a blur that goes round", type(operator).__name__, "add the other to restoration_peers")


def _deepinverse() -> Any:
    from benchmarks.peers import deepinverse

    return deepinverse()
