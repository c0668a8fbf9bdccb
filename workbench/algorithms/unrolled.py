"""Algorithms whose steps were learned: a few of them, each with weights of its own."""

from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench import weights
from workbench.algorithms.base import Algorithm, Constants, Needs, State
from workbench.denoisers import Unrolled
from workbench.noise import Likelihood
from workbench.problem import Problem
from workbench.refusal import Refusal

Own = Annotated[str, "weights of your own, a .safetensors file; empty for those that ship"]


@dataclass(frozen=True)
class UnrolledConstants(Constants):
    """|A|^2 of a linear A: one number for all."""

    norm2: float = field(kw_only=True)


@dataclass(frozen=True)
class UnrolledState(State):
    """What the next stage reads, the iterate first."""

    measured: UnrolledConstants = field(kw_only=True)
    variables: tuple[Tensor, ...] = field(kw_only=True)


@dataclass(frozen=True)
class LearnedSteps(Algorithm[UnrolledState]):
    """x <- the next stage of a network that knows the operator. It ends with the last stage; the prior is not asked."""

    file: Own = ""

    needs = Needs(noise=Likelihood.QUADRATIC, linear=True, white=True, also=("pictures as the network's",))
    exact = minimises = False
    shipped: ClassVar[str]

    def lacks(self, problem: Problem) -> str:
        missing = super().lacks(problem)
        odd = missing or self._network(problem.y.device).unfit(problem.operator.in_shape, problem.dtype)
        return missing or (f"other signals: {odd}" if odd else "")

    def measure(self, problem: Problem) -> UnrolledConstants:
        return UnrolledConstants(norm2=float(problem.norm() ** 2))

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> UnrolledState:
        return UnrolledState(x, measured=self.measure(problem), variables=self._network(x.device).start(x))

    def step(self, problem: Problem, state: UnrolledState, rng: torch.Generator) -> UnrolledState:
        network, operator = self._network(state.x.device), problem.operator.at(state.x)
        variables = network.stage(state.k, state.variables, problem.y, operator, state.measured.norm2)
        return replace(state, x=variables[0], k=state.k + 1, variables=variables)

    def done(self, state: State) -> bool:
        return state.k >= self._network(state.x.device).stages

    def _network(self, device: torch.device) -> Unrolled:
        found = weights.read_on(self.file, device) if self.file else weights.placed(self.shipped, device)
        if not isinstance(found, Unrolled):
            raise Refusal("weights of an unrolled algorithm", f"those of a {type(found).__name__}", "take another file")
        return found


@dataclass(frozen=True)
class UnrolledISTA(LearnedSteps):
    """x <- shrink_k(x - tau_k A*(A x - y) / |A|^2): proximal gradient whose filters, thresholds and steps are learned.

    Six steps, supervised: learned from blurs of 1.5 px with noise of 0.02, and no better than what it learned from
    elsewhere. It goes down no objective. Gregor & LeCun 2010, in Proc. ICML; Monga, Li & Eldar 2021,
    doi 10.1109/MSP.2020.3016905.
    """

    formula = r"x \gets S_k\left(x - \frac{\tau_k}{|A|^2} A^*(Ax - y)\right)"

    shipped = "unrolled_ista"


@dataclass(frozen=True)
class UnrolledIHT(LearnedSteps):
    """x <- v - S_k (W_k v where below lambda_k), v = x - tau_k A*(A x - y) / |A|^2: hard thresholding, learned filters.

    Six steps, supervised, as UnrolledISTA. It goes down no objective. Blumensath & Davies 2009,
    doi 10.1016/j.acha.2009.04.002; Monga, Li & Eldar 2021, doi 10.1109/MSP.2020.3016905.
    """

    formula = r"x \gets H_{\lambda_k}(v), \quad v = x - \frac{\tau_k}{|A|^2} A^*(Ax - y)"

    shipped = "unrolled_iht"


@dataclass(frozen=True)
class UnrolledPDHG(LearnedSteps):
    """z <- clip(z + W_k (2 x - x_before), lambda_k), x <- x - tau_k (A*(A x - y) / |A|^2 + S_k z): learned filters.

    Six steps, learned without a single truth, by SURE and equivariance, from blurs of 1.5 px with noise of 0.02. It
    goes down no objective. Adler & Oktem 2018, doi 10.1109/TMI.2018.2799231; Chen, Tachella & Davies 2021,
    doi 10.1109/ICCV48922.2021.00434.
    """

    formula = (
        r"z \gets \operatorname{clip}_{\lambda_k}(z + W_k(2x - x_{-})), \quad x \gets x - \tau_k "
        r"\left(\frac{A^*(Ax - y)}{|A|^2} + S_k z\right)"
    )

    shipped = "unrolled_pdhg"


@dataclass(frozen=True)
class UnrolledADMM(LearnedSteps):
    """x <- (A*A + c_k)^-1 (A*y + c_k (v - d)), v <- shrink_k(x + d), d <- d + x - v: ADMM with a learned shrinkage.

    Six steps, supervised, as UnrolledISTA; the inverse by four conjugate gradients. It goes down no objective.
    Yang, Sun, Li & Xu 2020, doi 10.1109/TPAMI.2018.2883941.
    """

    formula = r"x \gets (A^*A + c_k)^{-1}(A^*y + c_k (v - d)), \quad v \gets S_k(x + d), \quad d \gets d + x - v"

    shipped = "unrolled_admm"
