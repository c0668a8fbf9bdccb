"""Stochastic Lanczos quadrature: the spectrum as a measure, with an envelope that needs no bandwidth."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import torch
from torch import Tensor

from workbench.analysis.spectrum.cost import DOUBLE, ROUNDINGS, Cost, numbers, vectors
from workbench.analysis.spectrum.estimate import Estimate, mean_of
from workbench.analysis.spectrum.lanczos import BREAKDOWN, Krylov, iterate, lanczos, rademacher
from workbench.analysis.spectrum.ritz import ritz
from workbench.operators import LinearOperator

_LEAST = 1e-300  # stands for 0 below a fraction bar
_FINE = 80  # steps after which densities are usually drawn


@dataclass(frozen=True)
class SpectralMeasure:
    """The spectrum of H as P discrete measures, one a probe, of total mass 1 each: their mean estimates it.

    nodes, weights: (P, m) float64, nodes ascending, and the couplings of Ritz. `exact` (P,) says that a probe's Krylov
    space was exhausted. `products` is the cost in applications of H; `size` the number of eigenvalues. A node is known
    to `rounding` of the largest.
    """

    probe_nodes: Tensor
    probe_weights: Tensor
    probe_couplings: Tensor
    exact: Tensor
    size: int
    products: int
    rounding: float

    @property
    def nodes(self) -> Tensor:
        """All nodes, ascending: (P m,)."""
        return self.probe_nodes.flatten().sort().values

    @property
    def weights(self) -> Tensor:
        """The mass of each of `nodes`; they add up to 1."""
        order = self.probe_nodes.flatten().sort().indices
        return self.probe_weights.flatten()[order] / len(self.probe_nodes)

    def cdf(self, t: Tensor | float) -> Tensor:
        """The share of the eigenvalues <= t, in the middle of the envelope."""
        return (self.lower(t) + self.upper(t)) / 2

    def lower(self, t: Tensor | float) -> Tensor:
        """The Chebyshev-Markov-Stieltjes bound from below: the mass of all nodes <= t but the last of them."""
        return self._bound(t, -1)

    def upper(self, t: Tensor | float) -> Tensor:
        """The bound from above: the mass of all nodes <= t and of the next one."""
        return self._bound(t, 1)

    def _bound(self, t: Tensor | float, side: int) -> Tensor:
        t = torch.as_tensor(t, dtype=torch.float64, device=self.probe_nodes.device)
        nothing = torch.zeros(len(self.probe_nodes), 1, dtype=torch.float64, device=t.device)
        mass = torch.cat([nothing, self.probe_weights.cumsum(1)], 1)
        reach = torch.searchsorted(self.probe_nodes, t.reshape(1, -1).expand(len(mass), -1).contiguous(), right=True)
        # A node that holds all there is at its place needs no envelope: an exhausted space is the spectrum itself.
        shift = torch.where(self.exact[:, None], 0, side)
        return mass.gather(1, (reach + shift).clamp(0, mass.shape[1] - 1)).mean(0).reshape(t.shape)

    def integral(self, f: Callable[[Tensor], Tensor], smallest: float = 0.0) -> Estimate:
        """tr f(H) for a function of the eigenvalues, entry by entry, with its error.

        To the standard error over the probes come, in squares, what the rounding of the nodes means for f and what
        the rule leaves out: its distance from the Gauss-Radau rule, which has one more node at the lowest place where
        an eigenvalue may be. Of ln t and 1 / t of a positive definite H the two lie on either side of the truth.
        `smallest` > 0, a lower bound of all eigenvalues where one is known, brings them nearer to each other. Golub &
        Meurant 2010, "Matrices, Moments and Quadrature".
        """
        here, apart = _sums(f, self.probe_nodes, self.probe_weights), _sums(f, *self._radau(smallest))
        found = mean_of(self.size * here, self.products)
        known = [found.error, *(self.size * float(e.mean().abs()) for e in (here - apart, self._blur(f)))]
        error = math.hypot(*known) if all(map(math.isfinite, known)) else math.inf
        return replace(found, error=error)

    def _radau(self, smallest: float) -> tuple[Tensor, Tensor]:
        """Nodes and weights of the rules with one more node, below the others: (P, m + 1) each."""
        nodes, couplings, tiny = self.probe_nodes, self.probe_couplings, self._tiny()
        low = nodes[:, :1]
        end = low - couplings[:, :1].abs()
        end = torch.where(low > tiny, end.clamp_min(max(tiny, smallest)), end).minimum(low - tiny)
        corner = end + (couplings.square() / (nodes - end).clamp_min(_LEAST)).sum(1, keepdim=True)
        arrow = torch.diag_embed(torch.cat([nodes, corner], 1))
        arrow[:, -1, :-1] = arrow[:, :-1, -1] = couplings
        values, vectors = torch.linalg.eigh(arrow)
        return values, (self.probe_weights.sqrt()[:, :, None] * vectors[:, :-1]).sum(1).square()

    def _blur(self, f: Callable[[Tensor], Tensor]) -> Tensor:
        """How much f may be off by the rounding of the nodes: (P,). Outside its domain it is not asked."""
        nodes, tiny = self.probe_nodes, self._tiny()
        places = nodes - tiny, nodes + tiny, torch.where(nodes.abs() <= tiny, 0, nodes)
        away = torch.stack([(f(place) - f(nodes)).abs() for place in places])
        return _sums(lambda _: torch.where(away.isnan(), 0, away).amax(0), nodes, self.probe_weights)

    def _tiny(self) -> float:
        return self.rounding * float(self.probe_nodes.abs().max())

    def merged(self, other: "SpectralMeasure") -> "SpectralMeasure":
        """The measure of the probes of both, which have to come from different seeds."""
        steps = max(self.probe_nodes.shape[1], other.probe_nodes.shape[1])
        pairs = zip(_padded(self, steps), _padded(other, steps), strict=True)
        nodes, weights, couplings, exact = (torch.cat(pair) for pair in pairs)
        products, rounding = self.products + other.products, max(self.rounding, other.rounding)
        return SpectralMeasure(nodes, weights, couplings, exact, self.size, products, rounding)

    @property
    def resolved(self) -> int:
        """m, how finely the nodes tell eigenvalues apart: those of exhausted spaces are eigenvalues, however few."""
        m = self.probe_nodes.shape[1]
        return max(m, _FINE) if bool(self.exact.all()) else m

    def density(self, t: Tensor, width: float | None = None) -> Tensor:
        """The measure smoothed by a Gaussian of that width, 0.337 range / (m - 1) when none is given, m `resolved`."""
        spread = float(self.nodes[-1] - self.nodes[0])
        least = 1e-6 * float(self.nodes.abs().max()) or 1e-6  # a spectrum at one place is drawn as a narrow peak
        width = width or max(0.337 * spread / max(self.resolved - 1, 1), least)
        bumps = torch.exp(-((t[..., None] - self.nodes) ** 2) / (2 * width**2)) / (width * (2 * torch.pi) ** 0.5)
        return bumps @ self.weights


def _sums(f: Callable[[Tensor], Tensor], nodes: Tensor, weights: Tensor) -> Tensor:
    """The sum of f over each measure: (P,)."""
    return torch.where(weights > 0, weights * f(nodes), 0.0).sum(1)


def _padded(measure: SpectralMeasure, steps: int) -> list[Tensor]:
    """Nodes, weights and couplings, the last node repeated without mass until there are so many, and what is exact."""
    more = steps - measure.probe_nodes.shape[1]
    ends = measure.probe_nodes[:, -1:].expand(-1, more)
    pairs = (measure.probe_nodes, ends), (measure.probe_weights, 0 * ends), (measure.probe_couplings, 0 * ends)
    return [*(torch.cat(pair, 1) for pair in pairs), measure.exact]


def measure(krylov: Krylov) -> SpectralMeasure:
    """The Gauss quadrature of a Krylov space as a measure."""
    found, size = ritz(krylov), krylov.basis.shape[2]
    exact = krylov.exhausted | (krylov.steps == size)
    couplings = torch.where(exact[:, None], 0.0, found.couplings)
    ended = krylov.steps < size and bool(exact.any())  # at what looked like rounding, and may have been a little more
    roundings = max(ROUNDINGS, BREAKDOWN * size**0.5) if ended else ROUNDINGS
    rounding = roundings * torch.finfo(krylov.basis.dtype).eps
    return SpectralMeasure(found.values, found.masses, couplings, exact, size, krylov.products, rounding)


def slq_cost(operator: LinearOperator, steps: int = 80, probes: int = 4, like: Tensor = DOUBLE) -> Cost:
    """What `slq` and `refine` take at most: a product a step and a probe, and the memory of all Krylov vectors."""
    steps = min(steps, numbers(operator, like))
    return Cost(steps * probes, vectors(operator, probes * (steps + 3), like))


def refine(
    operator: LinearOperator, steps: int = 80, probes: int = 4, seed: int = 0, like: Tensor = DOUBLE
) -> Iterator[SpectralMeasure]:
    """The measure after 1, 2, ... steps, to be drawn as it sharpens; a step costs `probes` products.

    Refuses before the first one what the memory does not hold.
    """
    slq_cost(operator, steps, probes, like).require(like.device)
    return map(measure, islice(iterate(operator, _starts(operator, probes, seed, like), steps), steps))


def slq(
    operator: LinearOperator, steps: int = 80, probes: int = 4, seed: int = 0, like: Tensor = DOUBLE
) -> SpectralMeasure:
    """The spectrum of a self-adjoint operator by `steps` Lanczos steps on `probes` Rademacher probes.

    `like` gives dtype and device. Ubaru, Chen, Saad 2017, doi 10.1137/16M1104974.
    """
    slq_cost(operator, steps, probes, like).require(like.device)
    return measure(lanczos(operator, steps, _starts(operator, probes, seed, like)))


def _starts(operator: LinearOperator, probes: int, seed: int, like: Tensor) -> Tensor:
    return rademacher(operator, probes, like, seed, "measure")
