"""The method for a problem, by a fixed rule, and the reason in a sentence; docs/decisions/fourier_split.md says why."""

from typing import NamedTuple

import torch

from workbench.algorithms.base import Algorithm, prior_word, siblings, white
from workbench.algorithms.first_order.proximal_gradient import ProximalGradient
from workbench.algorithms.krylov.conjugate_gradient import ConjugateGradient
from workbench.algorithms.splitting.admm import ADMM
from workbench.algorithms.splitting.pdhg import PDHG
from workbench.algorithms.splitting.proximal_newton import ProximalNewton
from workbench.noise import Noise
from workbench.operators import Field, FiniteDifference, FourierMask, Identity, LinearOperator, Operator
from workbench.operators.blurs.periodic_convolution import PeriodicConvolution
from workbench.operators.integrals.scan import Scan
from workbench.parametrisations import Parametrisation
from workbench.priors import Can, Prior
from workbench.problem import Problem
from workbench.refusal import Refusal


class Choice(NamedTuple):
    """A method and why it is offered first: "ADMM, since blur and differences share Fourier modes"."""

    algorithm: Algorithm
    why: str


def suited(problem: Problem) -> Choice:
    """The first that can run on the problem of: one prox, where that solves it; conjugate gradients, where it is
    quadratic; proximal Newton for scans by rays, whose products cost many Fourier transforms; ADMM; PDHG; then any
    that goes down to a minimum, then any, as the catalogue has them.
    """
    able = [(algorithm, why) for algorithm, why in _preferred(problem) if not algorithm.unmet(problem)]
    if not able:
        others = [a for a in siblings().values() if not a.blind and not a.lacks(problem)]
        others.sort(key=lambda a: (a.random, not a.minimises, not a.exact))
        able = [(a, "the first of the catalogue that can run on this problem") for a in others]
    if not able:
        came = f"{type(problem.given_operator).__name__} with {prior_word(problem)}"
        raise Refusal("a problem that some algorithm can solve", came, "take another prior or another noise")
    algorithm, why = able[0]
    return Choice(algorithm, f"{type(algorithm).__name__}, {why}")


def suited_to(operator: Operator, noise: Noise, prior: Prior, parametrisation: Parametrisation) -> Algorithm:
    """The method for data that are not there yet; PDHG where the parts do not fit together, which is said elsewhere."""
    try:
        y = torch.ones((1, *operator.out_shape), dtype=_data_dtype(operator))
        return suited(Problem(operator, noise, prior, y, parametrisation=parametrisation)).algorithm
    except Refusal:
        return PDHG()


def _data_dtype(operator: Operator) -> torch.dtype:
    """That of data of a picture: an operator of somebody's own may make complex data of real ones."""
    if operator.field == Field.COMPLEX:
        return torch.complex64
    if type(operator).__module__.startswith("workbench."):
        return torch.float32
    with torch.no_grad():
        return operator(torch.zeros((1, *operator.in_shape))).dtype


def _preferred(problem: Problem) -> list[tuple[Algorithm, str]]:
    """What the rule would have, the best first; some cannot run."""
    operator, prior = problem.operator, problem.prior
    found: list[tuple[Algorithm, str]] = []
    if isinstance(operator, Identity) and white(problem) and Can.PROX | Can.CONVEX in prior.can:
        if prior.gradual:
            found.append(
                (ProximalGradient(inner=prior.gradual), "whose prox, the answer to denoising, is seen to settle")
            )
        else:
            found.append((ProximalGradient(), "since one prox is the answer to denoising"))
    found.append((ConjugateGradient(), "since the objective is quadratic"))
    if isinstance(operator, LinearOperator) and Can.SPLIT in prior.can:
        if isinstance(operator, Scan):
            why = f"since many steps by the Fourier symbol of {_word(operator)} cost less than one with its rays"
            found.append((ProximalNewton(), why))
        found.append((ADMM(), _reason(operator, prior)))
    return [*found, (PDHG(), "which asks for no solve")]


def _reason(operator: LinearOperator, prior: Prior) -> str:
    """Why ADMM."""
    K = prior.periodic_split(operator.in_shape)[1]
    if operator.gram_in("fourier") is not None and K.gram_in("fourier") is not None:
        if isinstance(K, Identity):
            return f"since {_word(operator)} has Fourier modes"
        return f"since {_word(operator)} and {_word(K)} share Fourier modes"
    if isinstance(K, Identity) and operator.gram_inverse(torch.zeros((1, *operator.in_shape)), 1.0) is not None:
        return "since its least squares have a closed form"
    return f"whose least squares follow the Fourier symbol of {_word(operator)}"


def _word(operator: LinearOperator) -> str:
    """What a sentence calls it."""
    words = ((PeriodicConvolution, "blur"), (FiniteDifference, "differences"), (FourierMask, "mask"))
    return next((word for cls, word in words if isinstance(operator, cls)), type(operator).__name__)
