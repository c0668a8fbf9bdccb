"""The table of kernels: how to draw arguments of a size, and what to call. A new kernel is one more line of KERNELS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from workbench.kernels import fan, momentum, orthogonal, pairs, pdhg_tv, radon, shrink, tv

REAL = (torch.float32, torch.float64)
COMPLEX = (*REAL, torch.complex64, torch.complex128)
STEPS = 11  # dual steps: more than a block of them


@dataclass(frozen=True)
class Size:
    """Batch, height and width of a signal."""

    batch: int
    height: int
    width: int


class Draw:
    """Random arguments of a size and dtype on a device; `strided`: not contiguous in memory."""

    def __init__(self, size: Size, dtype: torch.dtype, device: str = "cpu", strided: bool = False) -> None:
        self.size, self.dtype, self.device, self.strided = size, dtype, device, strided
        self._rng = torch.Generator().manual_seed(size.height + 10 * size.width)

    def normal(self, *shape: int) -> Tensor:
        x = torch.randn(shape, dtype=self.dtype, generator=self._rng)
        if self.strided:
            x = x.repeat_interleave(2, -1)[..., ::2].mT.contiguous().mT
        return x.to(self.device)

    def positive(self, count: int, device: str | None = None) -> Tensor:
        kind = torch.float64 if device else self.dtype.to_real()
        return (0.1 + torch.rand(count, dtype=kind, generator=self._rng)).to(device or self.device)

    def image(self) -> Tensor:
        return self.normal(self.size.batch, self.size.height, self.size.width)

    def signal(self) -> Tensor:
        return self.normal(self.size.batch, 1, self.size.height, self.size.width)

    def field(self) -> Tensor:
        return self.normal(self.size.batch, 1, 2, self.size.height, self.size.width)

    def angles(self) -> Tensor:
        """Multiples of 45 degrees, where rays go through pixels or along their diagonals, and some between."""
        special = torch.tensor([0, 0.25, 0.5, 0.75, 1], dtype=torch.float64) * torch.pi
        return torch.cat([special, torch.tensor([-1.0, 0.3, 7.3], dtype=torch.float64)])[: 3 + self.size.height]

    def sinogram(self) -> Tensor:
        return self.normal(self.size.batch, len(self.angles()), self.size.width + 2)

    def points(self) -> Tensor:
        return self.normal(2 + self.size.batch * self.size.height, self.size.width)


Answer = tuple[Tensor, ...]


@dataclass(frozen=True)
class Kernel:
    """A kernel by name: arguments from a draw, the call, and the dtypes it takes."""

    name: str
    arguments: Callable[[Draw], tuple]
    call: Callable[..., Tensor | Answer]
    dtypes: tuple[torch.dtype, ...] = REAL

    def __call__(self, *arguments: Any) -> Answer:
        found = self.call(*arguments)
        return (found,) if isinstance(found, Tensor) else found


def _solved(isotropic: bool) -> Callable[..., Answer]:
    def solve(x: Tensor, t: Tensor, dual: Tensor) -> Answer:
        found = tv.tv_solve(x, t, isotropic, 0.0, STEPS, dual)
        return found.x, found.dual, found.value + found.gap, found.iterations  # the gap is small beside the value

    return solve


def _moved(isotropic: bool) -> Callable[..., Answer]:
    def move(signals: tuple, dual: Tensor, primal: Tensor, ascent: Tensor) -> Answer:
        return pdhg_tv.step(signals, dual, pdhg_tv.Moves(primal, ascent, 0.9), 0.7, isotropic)

    return move


def _away(size: Size) -> float:
    return (size.height**2 + size.width**2) ** 0.5  # twice as far as the corners


def _solve_args(d: Draw) -> tuple:
    return d.signal(), d.positive(d.size.batch), d.field()


def _move_args(d: Draw) -> tuple:
    steps = d.positive(d.size.batch, "cpu"), d.positive(d.size.batch, "cpu")
    return (d.signal(), d.signal(), d.signal()), d.field(), *steps


def _fan_project(d: Draw) -> tuple:
    return d.image(), d.angles(), _away(d.size), d.size.width + 2


KERNELS = (
    Kernel("differences", lambda d: (d.signal(),), tv.gradient, COMPLEX),
    Kernel("divergence", lambda d: (d.field(),), tv.divergence, COMPLEX),
    Kernel("tv", lambda d: (d.signal(), True), tv.tv, COMPLEX),
    Kernel("tv anisotropic", lambda d: (d.signal(), False), tv.tv, COMPLEX),
    Kernel("tv_solve", _solve_args, _solved(True), COMPLEX),
    Kernel("tv_solve anisotropic", _solve_args, _solved(False), COMPLEX),
    Kernel("pdhg_tv", _move_args, _moved(True), COMPLEX),
    Kernel("pdhg_tv anisotropic", _move_args, _moved(False), COMPLEX),
    Kernel("radon.project", lambda d: (d.image(), d.angles(), d.size.width + 2), radon.project),
    Kernel(
        "radon.backproject",
        lambda d: (d.sinogram(), d.angles(), (d.size.height, d.size.width)),
        radon.backproject,
    ),
    Kernel("fan.project", _fan_project, fan.project),
    Kernel(
        "fan.backproject",
        lambda d: (d.sinogram(), d.angles(), _away(d.size), (d.size.height, d.size.width)),
        fan.backproject,
    ),
    Kernel("shrink.soft", lambda d: (d.signal(), d.positive(d.size.batch)), shrink.soft, COMPLEX),
    Kernel("shrink.group", lambda d: (d.field(), d.positive(d.size.batch), 2), shrink.group, COMPLEX),
    Kernel("momentum.ahead", lambda d: (d.signal(), d.signal(), d.positive(d.size.batch)), momentum.ahead, COMPLEX),
    Kernel("momentum.uphill", lambda d: (d.signal(), d.signal(), d.signal()), momentum.uphill, COMPLEX),
    Kernel("pairs.log_similarity", lambda d: (d.points(),), pairs.log_similarity),
    Kernel("pairs.neighbours", lambda d: (d.points(), 1 + d.size.batch // 4), pairs.neighbours),
    Kernel("pairs.within", lambda d: ((p := d.points()), d.positive(len(p))), pairs.within),
    Kernel(
        "orthogonalise",
        lambda d: (d.normal(d.size.batch, 3, 40), torch.linalg.qr(d.normal(40, d.size.width)).Q.mT),
        orthogonal.orthogonalise,
    ),
)
