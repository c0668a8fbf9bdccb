"""The path of a linear algorithm in the information plane, exact for normal signals."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.information.channel import GaussianChannel, log_det
from workbench.analysis.information.filters import Filter
from workbench.parameters import Checked, Range


class Resolution(ABC, metaclass=Checked):
    """What is read of a reconstruction: T = R y + tau w, w standard normal."""

    @abstractmethod
    def tau(self, rms: float) -> float:
        """The standard deviation of what a reading adds, for a reconstruction of that root mean square."""

    @property
    @abstractmethod
    def rule(self) -> str:
        """The rule in words, for the axis."""


@dataclass(frozen=True)
class FixedTau(Resolution):
    """The same tau at every iteration: I(x;T) rises for ever, and hides over-fitting."""

    value: Annotated[float, Range(1e-4, 1, log=True, limits=(1e-12, 1e12)), "standard deviation tau"] = 0.01

    def tau(self, rms: float) -> float:
        return self.value

    @property
    def rule(self) -> str:
        return f"tau = {self.value:g}"


@dataclass(frozen=True)
class RelativeTau(Resolution):
    """tau = rho rms(R y), what a display resolves: I(x;T) peaks near the least mean square error."""

    rho: Annotated[float, Range(1e-4, 1, log=True, limits=(1e-12, 1e12)), "tau over the rms of the image"] = 0.01

    def tau(self, rms: float) -> float:
        return self.rho * rms

    @property
    def rule(self) -> str:
        return f"tau = {self.rho:g} rms(T)"


@dataclass(frozen=True)
class Path:
    """A linear algorithm in the plane, an entry an iteration, (K,): informations in bits, in double precision.

    `memorised` is I(y;T|x), what T keeps of the noise. Where T = 0 and tau with it, informations are 0.
    """

    i_x: Tensor
    i_y: Tensor
    memorised: Tensor
    mean_square_error: Tensor
    tau: Tensor
    ceiling: float
    gaps: Tensor
    rule: str
    caveat: str

    @property
    def best(self) -> int:
        """The iteration of the least mean square error."""
        return int(self.mean_square_error.argmin())

    @property
    def gap(self) -> float:
        """The number that compares two algorithms: bits below the bottleneck curve at the best iteration."""
        return float(self.gaps[self.best])


DEFAULT = FixedTau()
_PIECE = 16  # iterations between two looks at a path under way


def path(channel: GaussianChannel, algorithm: Filter, steps: int = 100, resolution: Resolution = DEFAULT) -> Path:
    """The plane of x_0 .. x_steps, exact: I(x;T) and I(y;T) of T = R_k y + tau w, the error and the gap."""
    *_, whole = walk(channel, algorithm, steps, resolution)
    return whole


def walk(channel: GaussianChannel, algorithm: Filter, steps: int, resolution: Resolution) -> Iterator[Path]:
    """The same while it is computed: the path so far, a few times, and at last the whole."""
    curve, ceiling, points = channel.bottleneck(), channel.ceiling(), []

    def so_far() -> Path:
        i_x, i_y, memorised, error, tau = torch.tensor(points, dtype=torch.float64).T
        gaps = curve.gap(i_x, i_y)
        return Path(i_x, i_y, memorised, error, tau, ceiling, gaps, resolution.rule, algorithm.caveat)

    for filters in algorithm.matrices(channel, steps):
        points.append(_point(channel, filters, resolution))
        if len(points) % _PIECE == 0:
            yield so_far()
    if len(points) % _PIECE:
        yield so_far()


def _point(channel: GaussianChannel, filters: Tensor, resolution: Resolution) -> tuple[float, ...]:
    """(I(x;T), I(y;T), I(y;T|x), mean square error, tau) of a reconstruction R y."""
    signal, noise = channel.signal(filters), channel.noise(filters)
    tau = resolution.tau(math.sqrt(float((signal + noise).diagonal(dim1=1, dim2=2).mean())))
    error = channel.mean_square_error(filters)
    if tau == 0:
        return 0.0, 0.0, 0.0, error, tau
    eye = torch.eye(signal.shape[-1], dtype=signal.dtype, device=signal.device)
    all_of_it, rest = (float(log_det(c / tau**2 + eye).sum()) / (2 * math.log(2)) for c in (signal + noise, noise))
    return all_of_it - rest, all_of_it, rest, error, tau


__all__ = ["FixedTau", "Path", "RelativeTau", "Resolution", "path", "walk"]
