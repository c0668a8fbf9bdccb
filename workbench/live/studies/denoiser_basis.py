"""The basis in which the denoiser of a run shrinks at its iterate, and the iterate by a few terms of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from torch import Tensor

from workbench.live.studies.moment_study import MomentStudy
from workbench.networks import AdaptedBasis, adapted_basis
from workbench.networks.few_terms import few_terms
from workbench.priors import Can
from workbench.tuning.unmet import elsewhere

TERMS = 30


@dataclass(frozen=True, eq=False)
class ShrinkageBasis:
    """At iteration k: the leading eigenvectors, the iterate, (1, C, *space), and it by as many terms of each basis."""

    k: int
    sigma: float
    basis: AdaptedBasis
    image: Tensor
    few: Mapping[str, Tensor]


class DenoiserBasisStudy(MomentStudy[ShrinkageBasis]):
    """One basis at a time, of the moment in sight."""

    def _lacking(self) -> str:
        problem = self.session.seen[0]
        if Can.DENOISE not in problem.prior.can or Can.PROX in problem.prior.can:
            prior = type(problem.prior).__name__
            return f"No network denoises here ({prior}): take Denoising or ScorePrior with PnPADMM, say."
        if self._strength is None:
            name = type(self.session.experiment.algorithm).__name__
            return f"{name} tells its denoiser another level in every step so far: go on, or take PnPADMM."
        return f"It is {of}." if (of := elsewhere(problem, real=True)) else ""

    @property
    def _strength(self) -> float | None:
        """The noise that the denoiser is told to come, once it stays."""
        state = self.session.job.latest.state
        return None if state is None else self.session.experiment.algorithm.denoised_at(state)

    def _sought(self) -> Callable[[], Iterator[ShrinkageBasis]] | None:
        problem, state = self.session.seen
        if self.unmet or state is None:
            return None
        image, prior, k, sigma = state.x[:1], problem.prior, state.k, self._strength
        assert sigma is not None

        def found() -> Iterator[ShrinkageBasis]:
            count = min(TERMS, image.numel() // 2)
            basis = adapted_basis(lambda v: prior.denoise(v, sigma), image, count)
            yield ShrinkageBasis(k, sigma, basis, image, few_terms(image, basis))

        return found
