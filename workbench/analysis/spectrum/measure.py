"""Stochastic Lanczos quadrature: the spectrum as a measure, with an envelope that needs no bandwidth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from workbench.analysis.spectrum.cost import DOUBLE, Cost, numbers, vectors
from workbench.analysis.spectrum.estimate import Estimate, mean_of
from workbench.analysis.spectrum.lanczos import Krylov, iterate, lanczos, rademacher
from workbench.analysis.spectrum.ritz import ritz
from workbench.operators import LinearOperator

_FINE = 80  # steps after which densities are usually drawn


@dataclass(frozen=True)
class SpectralMeasure:
    """The spectrum of H as P discrete measures, one a probe, of total mass 1 each: their mean estimates it.

    nodes, weights: (P, m) float64, nodes ascending. `exact` (P,) says that a probe's Krylov space was exhausted.
    `products` is the cost in applications of H; `size` the number of eigenvalues.
    """

    probe_nodes: Tensor
    probe_weights: Tensor
    exact: Tensor
    size: int
    products: int

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

    def integral(self, f: Callable[[Tensor], Tensor]) -> Estimate:
        """tr f(H) for a function of the eigenvalues, entry by entry, with the standard error over the probes."""
        terms = torch.where(self.probe_weights > 0, self.probe_weights * f(self.probe_nodes), 0.0)
        return mean_of(self.size * terms.sum(1), self.products)

    def merged(self, other: "SpectralMeasure") -> "SpectralMeasure":
        """The measure of the probes of both, which have to come from different seeds."""
        steps = max(self.probe_nodes.shape[1], other.probe_nodes.shape[1])
        nodes, weights = (torch.cat([_padded(m, steps)[i] for m in (self, other)]) for i in (0, 1))
        exact = torch.cat([self.exact, other.exact])
        return SpectralMeasure(nodes, weights, exact, self.size, self.products + other.products)

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


def _padded(measure: SpectralMeasure, steps: int) -> tuple[Tensor, Tensor]:
    """Nodes and weights with the last node repeated, without mass, until there are so many."""
    more = steps - measure.probe_nodes.shape[1]
    ends = measure.probe_nodes[:, -1:].expand(-1, more)
    return torch.cat([measure.probe_nodes, ends], 1), torch.cat([measure.probe_weights, torch.zeros_like(ends)], 1)


def measure(krylov: Krylov) -> SpectralMeasure:
    """The Gauss quadrature of a Krylov space as a measure."""
    found, size = ritz(krylov), krylov.basis.shape[2]
    exact = krylov.exhausted | (krylov.steps == size)
    return SpectralMeasure(found.values, found.masses, exact, size, krylov.products)


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
