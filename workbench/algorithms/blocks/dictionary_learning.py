"""Codes and atoms by coordinate descent."""

import math
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, white
from workbench.kernels import sparse_codes
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.parametrisations import Dictionary
from workbench.parametrisations.block_priors import BlockPriors
from workbench.priors import L1, L2Ball, Prior
from workbench.problem import Problem
from workbench.tensors import Constant

_NONE = "Sum(OnUnknown(L1(), 'code'), OnUnknown(L2Ball(axis=3), 'atoms'))"


class _Priors(NamedTuple):
    """Of the code and of the atoms."""

    code: L1
    atoms: L2Ball


@dataclass(frozen=True)
class DictionaryLearning(Algorithm[State]):
    """c_pa <- argmin F, each number of a code in turn, then d_a <- P(d_a - grad_a F / L_a), each atom in turn.

    Each number of a code is the best one, the others held; with all pixels seen each atom is as well, and with some
    missing its step is as long as its least seen pixel allows. So the objective falls at every step, and no step length
    is shared by numbers that bend differently. Mairal, Bach, Ponce, Sapiro 2010, JMLR 11, 19;
    Friedman, Hastie, Hoefling, Tibshirani 2007, doi 10.1214/07-AOAS131.
    """

    formula = (
        r"c_{pa} \gets \mathrm{argmin}_{c_{pa}} F, \quad "
        r"d_a \gets P_{|d| \le 1}\Big(d_a + \frac{1}{L_a} \sum_p c_{pa} r_p\Big)"
    )

    sweeps: Annotated[int, Range(1, 50, log=True, limits=(1, 1000)), "over the codes in a step"] = 4

    needs = Needs(
        noise=Likelihood.QUADRATIC | Likelihood.GRAD,
        also=("codes and atoms, as Dictionary has them", "an operator that is diagonal in the pixels", _NONE),
    )

    def lacks(self, problem: Problem) -> str:
        if not isinstance(problem.parametrisation, Dictionary):
            return f"codes and atoms, as Dictionary has them, which {type(problem.parametrisation).__name__} is not"
        if missing := super().lacks(problem):
            return missing
        A = problem.given_operator
        if not isinstance(A, LinearOperator) or A.gram_in("pixels") is None or not white(problem):
            return f"an operator that is diagonal in the pixels, with white noise, not {type(A).__name__}"
        if problem.y.is_complex():
            return "real data, which these are not"
        return "" if _priors(problem.prior) else f"{_NONE}, not {type(problem.prior.given).__name__}"

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> State:
        return State(problem.prior.feasible(x))

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        phi, A, priors = problem.parametrisation, problem.given_operator, _priors(problem.prior)
        assert isinstance(phi, Dictionary) and isinstance(A, LinearOperator) and priors is not None
        gram = A.gram_in("pixels")
        assert gram is not None
        target = phi.patches(A.adjoint(problem.y))
        seen = phi.patches(Constant(gram).like(target).expand(len(target), *phi.shape)).contiguous()
        views = phi.views(state.x)
        price = priors.code.weight / problem.noise.lipschitz(problem.y)
        code = sparse_codes.swept(views["code"], views["atoms"], seen, target, price, self.sweeps)
        longest = priors.atoms.radius * math.sqrt(views["atoms"].shape[-1])
        atoms = sparse_codes.stepped(code, views["atoms"], seen, target, longest)
        return State(phi.joined({"code": code, "atoms": atoms}), state.k + 1, state.measured)


def _priors(prior: Prior) -> _Priors | None:
    """The two priors; None where they are others."""
    if not isinstance(prior, BlockPriors):
        return None
    named = {part.block: part.prior for part in prior.parts}
    code, atoms = named.get("code"), named.get("atoms")
    if isinstance(code, L1) and isinstance(atoms, L2Ball) and atoms.axis == 3:
        return _Priors(code, atoms)
    return None
