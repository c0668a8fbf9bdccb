"""The inverse of a sum of rank-one terms over a sliding window, without a matrix."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from workbench.refusal import Refusal


@dataclass(frozen=True)
class RankOneSum:
    """F = damping I + (1/m) sum_i g_i g_i' over the last m <= window gradients g_i, and its inverse.

    By Woodbury F^-1 v = (v - G'(m damping I + G G')^-1 G v) / damping, G the rows g_i: an added gradient costs m
    inner products, a solve 2 m of them. Complex gradients count as twice as many real numbers. M-FAC, Frantar,
    Kurtic, Alistarh 2021, arXiv 2107.03356.
    """

    damping: float
    window: int
    rows: Tensor
    gram: Tensor

    @classmethod
    def empty(cls, damping: float, window: int, like: Tensor) -> Self:
        """No gradients yet, F = damping I, for gradients shaped like `like`."""
        if damping <= 0 or window < 1:
            raise Refusal("damping > 0 and a window of at least 1", f"{damping:g} and {window}", "raise them")
        rows = _real(like)[None][:0]
        return cls(damping, window, rows, torch.zeros(0, 0, dtype=torch.float64, device=like.device))

    def add(self, gradient: Tensor) -> Self:
        """The sum with one more gradient, and without the oldest where the window is full."""
        g = _real(gradient)[None]
        first = max(0, len(self.rows) + 1 - self.window)
        rows = torch.cat([self.rows[first:], g])
        column = rows.double() @ g[0].double()
        gram = column.new_zeros(len(rows), len(rows))
        gram[:-1, :-1] = self.gram[first:, first:]
        gram[-1], gram[:, -1] = column, column
        return type(self)(self.damping, self.window, rows, gram)

    def product(self, v: Tensor) -> Tensor:
        """F v, for v shaped like a gradient."""
        flat = _real(v)
        along = (self.rows @ flat) @ self.rows / max(len(self.rows), 1)
        return _like(self.damping * flat + along, v)

    def solve(self, v: Tensor) -> Tensor:
        """F^-1 v, for v shaped like a gradient."""
        if not len(self.rows):
            return v / self.damping
        flat = _real(v)
        core = self.gram + len(self.rows) * self.damping * torch.eye(len(self.rows)).to(self.gram)
        inner = (self.rows @ flat).double()[:, None]
        weights = torch.cholesky_solve(inner, torch.linalg.cholesky(core))[:, 0]
        return _like((flat - weights.to(flat) @ self.rows) / self.damping, v)


def _real(v: Tensor) -> Tensor:
    return (torch.view_as_real(v.resolve_conj()) if v.is_complex() else v).flatten()


def _like(flat: Tensor, v: Tensor) -> Tensor:
    return torch.view_as_complex(flat.reshape(*v.shape, 2)) if v.is_complex() else flat.reshape(v.shape)
