"""What watches a run: whether it left for infinity, stands still, or a denoiser in it drives errors apart."""

import time

import torch

from workbench.algorithms import Algorithm, State
from workbench.analysis.expansion import Expansion, Safety
from workbench.analysis.progress import Progress
from workbench.jobs.snapshot import Proof
from workbench.problem import Problem
from workbench.run import Diagnosis, Diverged, Watch, resume

LOOK_SHARE = 0.01  # looks for stagnation, which may want a duality gap, take at most this part of the solver's time,
PROOF_SHARE = 0.2  # but where a person watches the certificate, at most this part
LOOK_COST = 100  # iterations that a look is taken to cost before one was made


class Overseer:
    """Looks at the states of one run now and then.

    `diagnosis` is what is wrong, `proofs` how far each state was that was looked at.
    """

    def __init__(self, problem: Problem, algorithm: Algorithm, seed: int) -> None:
        self._seed, self._guarding, self._looks = seed, 0.0, list[float]()
        self.proofs: list[Proof] = []
        self.begin(problem, algorithm)

    def begin(self, problem: Problem, algorithm: Algorithm) -> None:
        """Another problem or algorithm from now on."""
        self._problem, self._algorithm = problem, algorithm
        self._watch = Watch(problem, algorithm)
        self._progress, self._safety = Progress(problem, algorithm), Safety(problem, algorithm)
        self.diagnosis: Diagnosis | None = None

    @property
    def expansion(self) -> Expansion | None:
        """The newest constants of a denoiser in the run."""
        return self._safety.latest

    def guard(self, state: State) -> None:
        """Diverged, with the last good state, where a state since the last look has left for infinity.

        Steps are pure: those from the last good state are taken once more to find the first bad one. So it does not
        depend on when somebody looked, and nobody has to wait for the device at every step.
        """
        good = self._watch.good
        try:
            self._watch.look(state)
        except Diverged:
            if good is not None:
                for again in resume(self._problem, self._algorithm, good, self._seed):
                    self._watch.look(again)
                    if again.k >= state.k:
                        break
            raise

    def look(self, state: State, seconds: float) -> None:
        """Guard, and tell whether a denoiser in the run drives errors apart."""
        self.guard(state)
        if self._safety.due(state, seconds, self._guarding):
            begin = time.perf_counter()
            self.diagnosis = self._safety.look(state)
            self._guarding += time.perf_counter() - begin

    def prove(self, state: State, seconds: float, watched: bool) -> None:
        """How far a run on its way is from the optimum, in its share of the solver's seconds; more if it is watched."""
        if self._affordable(state.k, seconds, PROOF_SHARE if watched else LOOK_SHARE):
            due = self._progress.due(state)
            if due or (watched and self._unproven(state)):
                self._prove(state, seconds, due)

    def prove_last(self, state: State, seconds: float) -> None:
        """How far a run was at its end, for who watches the certificates."""
        if self._unproven(state):
            self._prove(state, seconds, due=False)

    def _unproven(self, state: State) -> bool:
        return not self.proofs or self.proofs[-1].k < state.k

    def _prove(self, state: State, seconds: float, due: bool) -> None:
        begin = time.perf_counter()
        with torch.no_grad():
            proof = self._progress.prove(state)
            if due:
                self.diagnosis = self._progress.look(state, proof)
        self.proofs.append(Proof(state.k, seconds, proof.kind, float(proof.relative.max())))
        self._looks.append(time.perf_counter() - begin)

    def _affordable(self, k: int, seconds: float, share: float) -> bool:
        """Whether one more look fits into its share of the solver's time."""
        cost = max(self._looks, default=LOOK_COST * seconds / max(k, 1))
        return sum(self._looks) + cost <= share * seconds
