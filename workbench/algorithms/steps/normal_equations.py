"""(c A*A + rho K*K) x = b in Fourier modes: at once where both are diagonal there, else a metric of descent."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms.steps.misfit_prox import gram_inverse
from workbench.linalg import ratio
from workbench.operators import Identity, LinearOperator
from workbench.preconditioners.symbols import Symbol, inverse, symbol_of, through
from workbench.problem import Problem
from workbench.tensors import Each, column, dot, norm2, spread, times


def symbols_of(problem: Problem) -> tuple[Symbol, Symbol]:
    """Those of A*A and of K*K, K of the prior's differences that go round."""
    x = problem.zeros()
    return symbol_of(problem.operator.at(x), x), symbol_of(problem.prior.periodic_split(x.shape[1:])[1], x)


def gain_of(symbols: tuple[Symbol, Symbol], c: Each, rho: Each, like: Tensor) -> Tensor:
    """1 / (c A*A + rho K*K) by their symbols, (B or 1, C, *space); 0 for a mode of which nothing is seen."""
    of_data, of_prior = (symbol.values for symbol in symbols)
    if isinstance(c, Tensor) or isinstance(rho, Tensor):
        return inverse(spread(column(c, like), like) * of_data + spread(column(rho, like), like) * of_prior)
    return inverse(c * of_data + rho * of_prior)[None]


def solved_in_modes(A: LinearOperator, gain: Tensor, target: Tensor, pull: Tensor) -> tuple[Tensor, Tensor] | None:
    """x = gain (A* target + pull) and A x in four transforms, for real signals; None where A is no such filter.

    Product by product it is six. `gain` is (B or 1, C, *space), in the order of `fftn`.
    """
    filtering = A.diagonal
    if filtering is None or filtering.basis != "fourier" or pull.is_complex() or target.is_complex():
        return None
    axes, half = tuple(range(2, pull.ndim)), pull.shape[-1] // 2 + 1
    transfer = filtering.eigenvalues.like(pull)[..., :half]
    modes = torch.fft.rfftn(target, dim=axes).mul_(transfer.conj()).add_(torch.fft.rfftn(pull, dim=axes))
    modes.mul_(gain[..., :half])
    x = torch.fft.irfftn(modes, s=pull.shape[2:], dim=axes)
    return x, torch.fft.irfftn(modes.mul_(transfer), s=pull.shape[2:], dim=axes)


@dataclass(frozen=True)
class NormalEquations:
    """c A*A + rho K*K; c and rho are above 0, one number or one of each item, `gain` is its inverse by the symbols.

    `diagonal`: the symbols are exact, so that Fourier modes are its eigenvectors.
    """

    A: LinearOperator
    K: LinearOperator
    c: Each
    rho: Each
    gain: Tensor
    diagonal: bool

    def closed(self, b: Tensor) -> Tensor | None:
        """The solution where it takes no iteration: in Fourier modes, or K = 1 and A has `gram_inverse`."""
        if isinstance(self.K, Identity):
            found = gram_inverse(self.A, times(1 / self.c, b), self.rho / self.c)
            if found is not None:
                return found
        return self.solved(b) if self.diagonal else None

    def solved(self, b: Tensor) -> Tensor:
        """What the symbols take the solution for."""
        return through(self.gain, b)

    def descended(self, x: Tensor, image: Tensor, r: Tensor, steps: int) -> tuple[Tensor, Tensor]:
        """x and A x after so many conjugate gradients in the metric of the symbols, from x, A x and r = b - H x."""
        p = s = self.solved(r)
        old = dot(r, s)
        for left in reversed(range(steps)):
            Ap, Kp = self.A(p), self.K(p)
            bend = column(self.c, x) * norm2(Ap) + column(self.rho, x) * norm2(Kp)
            step = ratio(old, bend)
            x, image = x + spread(step, p) * p, image + spread(step, Ap) * Ap
            if not left:
                break
            r = r - spread(step, r) * (times(self.c, self.A.adjoint(Ap)) + times(self.rho, self.K.adjoint(Kp)))
            s = self.solved(r)
            new = dot(r, s)
            p, old = s + spread(ratio(new, old), p) * p, new
        return x, image
