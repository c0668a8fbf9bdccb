"""Stochastic Lanczos quadrature: the spectrum as a measure, with an envelope that needs no bandwidth."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from workbench.analysis.spectrum.lanczos import Krylov, iterate, rademacher
from workbench.operators import LinearOperator


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

    def density(self, t: Tensor, width: float | None = None) -> Tensor:
        """The measure smoothed by a Gaussian of that width, 0.337 range / (m - 1) when none is given."""
        spread = float(self.nodes[-1] - self.nodes[0])
        least = 1e-6 * float(self.nodes.abs().max()) or 1e-6  # a spectrum at one place is drawn as a narrow peak
        width = width or max(0.337 * spread / max(self.probe_nodes.shape[1] - 1, 1), least)
        bumps = torch.exp(-((t[..., None] - self.nodes) ** 2) / (2 * width**2)) / (width * (2 * torch.pi) ** 0.5)
        return bumps @ self.weights


def measure(krylov: Krylov) -> SpectralMeasure:
    """The Gauss quadrature of a Krylov space: eigenvalues of T, and the first entries of its eigenvectors squared."""
    nodes, vectors = torch.linalg.eigh(krylov.matrix())
    weights = vectors[:, 0].square()
    weights = torch.where(weights > 1e-30, weights, 0.0)  # what lies behind the end of an exhausted space
    nodes = torch.where(weights > 0, nodes, nodes.gather(1, weights.argmax(1, keepdim=True)))
    order = nodes.argsort(1)
    exhausted = krylov.exhausted | (krylov.steps == krylov.basis.shape[2])
    nodes, weights = nodes.gather(1, order), weights.gather(1, order)
    return SpectralMeasure(nodes, weights, exhausted, krylov.basis.shape[2], krylov.products)


def refine(
    operator: LinearOperator, probes: int = 4, seed: int = 0, like: Tensor | None = None
) -> Iterator[SpectralMeasure]:
    """The measure after 1, 2, 3, ... steps, to be drawn as it sharpens; a step costs `probes` products."""
    like = torch.zeros((), dtype=torch.float64) if like is None else like
    return map(measure, iterate(operator, rademacher(operator, probes, like, seed)))


def slq(
    operator: LinearOperator, steps: int = 80, probes: int = 4, seed: int = 0, like: Tensor | None = None
) -> SpectralMeasure:
    """The spectrum of a self-adjoint operator by `steps` Lanczos steps on `probes` Rademacher probes.

    `like` gives dtype and device, float64 on the CPU when absent. Ubaru, Chen, Saad 2017, doi 10.1137/16M1104974.
    """
    like = torch.zeros((), dtype=torch.float64) if like is None else like
    starts = rademacher(operator, probes, like, seed)
    *_, last = islice(iterate(operator, starts), steps)
    return measure(last)
