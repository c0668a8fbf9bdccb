"""Whether a denoiser, and a step that has one in it, brings signals nearer to each other or drives them apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.parameters import changed
from workbench.priors import Can
from workbench.problem import Problem
from workbench.run import Diagnosis, Trouble, automatic
from workbench.tensors import norm, norm2, normal_like, spread, stream

_POWERS = 16  # products of a power iteration: a local constant is a rough word anyway
GROWS = 1.005  # a step: above, an error doubles within 140
_WEAKER = (2, 4, 8)  # how much smaller a sigma is tried
_EARLY, _SHARE = 10, 0.1  # the first look, and what part of the solver's time later ones may take


@dataclass(frozen=True)
class Expansion:
    """Near x, (B,) each: `denoiser` and `residual`, the largest |F(x + d) - F(x)| / |d| for F = D and F = 1 - D;
    `growth`, the factor by which a step of the algorithm as a whole multiplies an error, in the long run.

    All are estimates from below. D may expand and the step still contract, where the data hold it. Ryu et al. 2019,
    doi 10.48550/arXiv.1905.05406.
    """

    denoiser: Tensor
    residual: Tensor
    growth: Tensor

    @property
    def largest(self) -> tuple[float, float, float]:
        """Of the batch."""
        return float(self.denoiser.max()), float(self.residual.max()), float(self.growth.max())


def expansion(problem: Problem, algorithm: Algorithm, state: State) -> Expansion | None:
    """The constants at a state; None without a denoiser, and for proxes: those of convex functions never expand."""
    sigma, prior = algorithm.denoised_at(state), problem.prior
    if sigma is None or Can.PROX in prior.can:
        return None
    with torch.no_grad():
        denoiser = stretch(lambda x: prior.denoise(x, sigma), state.x)
        residual = stretch(lambda x: x - prior.denoise(x, sigma), state.x)
        return Expansion(denoiser, residual, growth(problem, algorithm, state))


def stretch(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The largest singular value of the Jacobian at x of each item, (B,), by power iteration on J*J."""
    back = torch.func.vjp(function, x)[1]
    v, size = normal_like(x, stream(0, "stretch", device=x.device)), norm(x)
    for _ in range(_POWERS):
        v = v / spread(_positive(norm(v)), x)
        ahead = torch.func.jvp(function, (x,), (v,))[1]
        size, v = norm(ahead), back(ahead)[0]
    return size


def growth(problem: Problem, algorithm: Algorithm, state: State) -> Tensor:
    """By how much the derivative of a step multiplies an error of the whole state, each item by itself: (B,).

    The mean over the second half of the powers: the largest eigenvalue in modulus, also where there are two of them.
    """
    names = [f.name for f in fields(state) if isinstance(getattr(state, f.name), Tensor)]
    there = tuple(getattr(state, name) for name in names)

    def step(*values: Tensor) -> tuple[Tensor, ...]:
        moved = replace(state, **dict(zip(names, values, strict=True)))
        after = algorithm.step(problem, moved, stream(0, "step of growth", state.k + 1, state.x.device))
        return tuple(getattr(after, name) for name in names)

    rng = stream(0, "growth", device=state.x.device)
    away, sizes = tuple(normal_like(value, rng) for value in there), []
    for _ in range(_POWERS):
        size = torch.stack([norm2(v) for v in away]).sum(0).sqrt()
        sizes.append(size)
        away = tuple(v / spread(_positive(size), v) for v in away)
        away = torch.func.jvp(step, there, away)[1]
    return torch.stack(sizes[_POWERS // 2 :]).log().mean(0).exp()


def _positive(size: Tensor) -> Tensor:
    return size.clamp_min(torch.finfo(size.dtype).tiny)


@dataclass(frozen=True)
class Expanding:
    """The probe of an algorithm's `Expansion`; nothing where it has none."""

    algorithm: Algorithm

    def __call__(self, problem: Problem, state: State) -> Mapping[str, Tensor]:
        found = expansion(problem, self.algorithm, state)
        return {} if found is None else {f.name: getattr(found, f.name) for f in fields(found)}


class Safety:
    """Looks at a plug-and-play run now and then; `latest` is what the last look found."""

    def __init__(self, problem: Problem, algorithm: Algorithm) -> None:
        self.problem, self.algorithm = problem, algorithm
        self.latest: Expansion | None = None

    def due(self, state: State, seconds: float, spent: float) -> bool:
        """Whether to look again, after so many seconds of solving and so many of looks."""
        if self.algorithm.denoised_at(state) is None or Can.PROX in self.problem.prior.can:
            return False
        return state.k >= _EARLY and (self.latest is None or spent <= _SHARE * seconds)

    def look(self, state: State) -> Diagnosis | None:
        """That errors grow at this state, and the values that mend it; None where they do not."""
        self.latest = found = expansion(self.problem, self.algorithm, state)
        if found is None or float(found.growth.max()) <= GROWS:
            return None
        why = (
            f"this may not converge: the denoiser stretches differences by {float(found.denoiser.max()):.3g}, "
            f"and errors grow by {float(found.growth.max()):.3g} a step"
        )
        now, bound = self.algorithm.current_step(state), self.algorithm.largest_step(state)
        if now is not None and bound is not None and now > bound and automatic(self.algorithm):
            return Diagnosis(Trouble.EXPANSION, why, "take a smaller step", automatic(self.algorithm))
        weaker = self._weaker(state)
        if weaker is None:
            remedy = "take PnPHQS, which ends after its levels, or a denoiser that cannot expand, such as GradientStep"
            return Diagnosis(Trouble.EXPANSION, why, remedy)
        return Diagnosis(Trouble.EXPANSION, why, f"they do not at sigma = {weaker:.3g}", {"algorithm.sigma": weaker})

    def _weaker(self, state: State) -> float | None:
        """The largest of some smaller sigmas at which errors do not grow."""
        sigma = self.algorithm.denoised_at(state)
        assert sigma is not None
        for part in _WEAKER:
            tried = changed(self.algorithm, sigma=float(f"{sigma / part:.2g}"))
            if float(growth(self.problem, tried, state).max()) <= GROWS:
                return tried.sigma
        return None
