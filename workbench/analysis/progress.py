"""Whether a run still gets anywhere."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.analysis.certificates import Certificate, Kind, certify
from workbench.problem import Problem
from workbench.run import Diagnosis, Trouble, automatic

WINDOW = 100  # least iterations between two looks; later a look comes after half as many again
FAR = 1e-2  # relative gap above which a run is far from the optimum
STILL = 1e-3  # of the gap: what a window has to gain
TINY = 1e-2  # of the largest safe step: a step that is needlessly small


@dataclass(frozen=True)
class _Look:
    k: int
    objective: Tensor
    certificate: Certificate


class Progress:
    """Looks at states now and then; a Diagnosis once a window gained next to nothing, far from the optimum."""

    def __init__(self, problem: Problem, algorithm: Algorithm) -> None:
        self.problem, self.algorithm = problem, algorithm
        self._last: _Look | None = None

    def prove(self, state: State) -> Certificate:
        """How far the state is from the optimum."""
        return certify(self.problem, self.algorithm, state)

    def due(self, state: State) -> bool:
        """Whether a look at this state would tell anything new."""
        return self._last is None or state.k >= self._last.k + max(WINDOW, self._last.k // 2)

    def look(self, state: State, certificate: Certificate | None = None) -> Diagnosis | None:
        """What is wrong since the look before; None where the run gets on, or has arrived."""
        certificate = certificate or self.prove(state)
        misfit, prior = self.problem.terms(state.x)
        now, before = _Look(state.k, misfit + prior, certificate), self._last
        self._last = now
        if before is None or not self.algorithm.seeks_minimum or not self._stands_still(before, now, state):
            return None
        steps, step, bound = now.k - before.k, self.algorithm.current_step(state), self.algorithm.largest_step(state)
        why = f"{steps} iterations up to {now.k} have gained next to nothing, {self._how_far(certificate)}"
        if step is not None and bound is not None and step < TINY * bound:
            remedy = f"the step {step:.3g} is {bound / step:.3g} times below the largest safe step: leave it empty"
        elif automatic(self.algorithm):
            remedy = "leave the step empty, so that it is found"
        else:
            remedy = "take another algorithm"
        return Diagnosis(Trouble.STAGNATION, why, remedy, automatic(self.algorithm))

    def _stands_still(self, before: _Look, now: _Look, state: State) -> bool:
        gained = before.objective - now.objective
        proof, earlier = now.certificate, before.certificate
        if proof.kind is Kind.GAP and earlier.kind is Kind.GAP:
            closed = (earlier.value - proof.value).maximum(gained.to(proof.value))
            return bool(((proof.relative > FAR) & (closed < STILL * proof.value)).any())
        # Nothing tells the optimum here: only a step that is needlessly small is told from an arrival.
        step, bound = self.algorithm.current_step(state), self.algorithm.largest_step(state)
        small = step is not None and bound is not None and step < TINY * bound
        return small and bool((gained.abs() < STILL * now.objective.abs()).any())

    @staticmethod
    def _how_far(certificate: Certificate) -> str:
        if certificate.kind is Kind.RESIDUAL:
            return "with a step that is far below the safe one"
        return f"and the objective may be {float(certificate.relative.max()):.0%} too large"
