"""What is found at the moment in sight: the basis of a denoiser that is a matrix, and what misleads a shrinkage."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from tests.live.by_hand import SHAPE, TRUTH, session
from tests.tables import rng
from workbench.algorithms import MALA, PnPADMM
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.studies.denoiser_basis import DenoiserBasisStudy
from workbench.live.studies.instability import InstabilityStudy
from workbench.networks.few_terms import ADAPTED
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.parametrisations import Direct, Hadamard
from workbench.priors import Denoising, Tikhonov
from workbench.problem import Problem

SIZES = torch.linspace(0.9, 0.15, 16)
AXES, _ = torch.linalg.qr(torch.randn(16, 16, generator=rng()))


class Shrinking(Denoising):
    """A denoiser that is a matrix: it shrinks along axes, the less the more noise it is told of."""

    def denoise(self, x, sigma):
        return ((x.flatten(1) @ AXES * SIZES * sigma) @ AXES.T).reshape(x.shape)


def seen(problem: Problem, k: int, images: int = 1) -> tuple[Problem, SimpleNamespace]:
    return problem, SimpleNamespace(x=torch.cat([TRUTH + 1 + i for i in range(images)]), k=k)


def denoising(algorithm=None, k: int = 60, **given: object) -> DenoiserBasisStudy:
    problem = Problem(Identity(SHAPE), Gaussian(0.1), Shrinking(), TRUTH, TRUTH)
    made = {"problem": problem, "seen": seen(problem, k, 2), **given}
    job = SimpleNamespace(latest=SimpleNamespace(state=SimpleNamespace(k=k)))
    return DenoiserBasisStudy(session(algorithm or PnPADMM(sigma=0.5), job=job, **made))


def test_the_basis_is_the_leading_axes_of_the_denoiser_at_the_first_image():
    study = denoising()
    assert study.unmet == "" and study._strength == 0.5
    (found,) = study._sought()()
    assert (found.k, found.sigma, tuple(found.image.shape)) == (60, 0.5, (1, *SHAPE))
    assert len(found.basis.values) == 8, "of 16 pixels no more than half"
    torch.testing.assert_close(found.basis.values.float(), SIZES[:8] / 2, rtol=1e-3, atol=1e-4)
    vectors = found.basis.vectors.flatten(1).float()
    torch.testing.assert_close((vectors @ AXES[:, :8]).abs(), torch.eye(8), rtol=0, atol=0.02)
    kept = (AXES[:, :8] @ AXES[:, :8].T @ (TRUTH + 1).flatten()).reshape(1, *SHAPE)
    torch.testing.assert_close(found.few[ADAPTED].reshape(1, *SHAPE).float(), kept, rtol=0.02, atol=0.02)


def test_without_a_denoiser_that_stays_there_is_no_basis():
    plain = Problem(Identity(SHAPE), Gaussian(0.1), Tikhonov(), TRUTH, TRUTH)
    study = denoising(seen=seen(plain, 3))
    said = "No network denoises here (Tikhonov): take Denoising or ScorePrior with PnPADMM, say."
    assert study.unmet == said and study._sought() is None
    early = denoising(k=0)
    assert early.unmet == "PnPADMM tells its denoiser another level in every step so far: go on, or take PnPADMM."
    none = denoising(seen=(plain, None))
    assert none.unmet == "There is no iterate yet." and none._sought() is None
    real = {"prior": Shrinking(), "dtype": torch.float32, "parametrisation": Direct(SHAPE)}
    for other in ({"dtype": torch.complex64}, {"parametrisation": Hadamard(SHAPE)}):
        problem = SimpleNamespace(**(real | other))
        assert denoising(seen=seen(problem, 60)).unmet == "It is of real pictures that are the unknown themselves."
    gone = denoising()
    gone.session.job.latest.state = None
    assert gone._strength is None and "another level" in gone.unmet


def test_what_misleads_a_shrinkage_most_is_moved_as_far_as_it_shrinks():
    """Of y and a weight 25 with sigma = 0.1 the minimum is y 100 / (100 + 25)."""
    problem = Problem(Identity(SHAPE), Gaussian(0.1), Tikhonov(25.0), torch.cat([TRUTH, TRUTH]), TRUTH)
    study = InstabilityStudy(session(seen=seen(problem, 7, 2)))
    steps = list(study._sought()())
    assert [each.steps for each in steps] == list(range(len(steps))) and {each.k for each in steps} == {7}
    assert steps[-1].worst.gain.tolist() == pytest.approx([0.8], rel=1e-3)
    assert tuple(steps[-1].worst.direction.shape) == (1, *SHAPE)
    response = torch.zeros(1, *SHAPE)
    response[0, 0, 2, 2] = 0.8
    torch.testing.assert_close(steps[0].point.response.float(), response, rtol=0, atol=0.01)


def test_a_draw_has_no_minimum_and_before_the_run_there_is_none():
    study = InstabilityStudy(session(MALA()))
    assert study.unmet.startswith("MALA goes to no minimum") and study._sought() is None
    study.session.experiment = Experiment(Shipped("camera", 8), Identity(SHAPE))
    study.session.seen = (study.session.problem, None)
    assert study.unmet == "There is no iterate yet." and study._sought() is None


def test_a_finding_is_of_the_problem_and_the_moment_in_sight():
    study = InstabilityStudy(session())
    now = study._key()
    assert now == (id(study.session.problem), None)
    study.session.moment = SimpleNamespace(k=4)
    assert study._key() == (now[0], 4)
    study.session.seen = (replace(study.session.problem, prior=Tikhonov(3.0)), study.session.seen[1])
    assert study._key()[0] != now[0] and study._key()[1] == 4
