"""Unrolled algorithms: the network's own forward pass, stage by stage, and better than what they unroll."""

import dataclasses

import pytest
import torch

from workbench import weights
from workbench.algorithms import UnrolledISTA, UnrolledPDHG
from workbench.data import truth
from workbench.denoisers import DnCNN, Unrolled
from workbench.noise import Gaussian, Poisson
from workbench.operators import FourierMask, GaussianBlur
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate

LEARNED = [UnrolledISTA(), UnrolledPDHG()]
learned = pytest.mark.parametrize("algorithm", LEARNED, ids=lambda a: type(a).__name__)
CAMERA = truth("camera", 128).double()
BLURRED = Problem.simulate(GaussianBlur((1, 128, 128)), Gaussian(0.02), Zero(), CAMERA)


@learned
def test_the_last_state_is_the_networks_answer(algorithm):
    network = weights.shipped(algorithm.shipped)
    assert isinstance(network, Unrolled)
    *_, last = iterate(BLURRED, algorithm)
    assert last.k == network.stages and algorithm.done(last)
    with torch.no_grad():
        whole = network(BLURRED.y, BLURRED.operator, BLURRED.norm() ** 2)
    torch.testing.assert_close(last.x, whole, rtol=1e-9, atol=1e-11)


@learned
def test_six_learned_steps_beat_the_best_linear_inverse_of_a_picture_it_never_saw(algorithm):
    *_, last = iterate(BLURRED, algorithm)
    back = BLURRED.operator.adjoint(BLURRED.y)
    ridges = [BLURRED.operator.gram_inverse(back, 0.02**2 * 2.0**k) for k in range(10)]
    errors = [float((x - CAMERA).square().mean()) for x in (last.x, *ridges)]
    assert errors[0] < min(errors[1:])


def test_other_problems_are_refused_in_words(tmp_path):
    thin = Problem.simulate(GaussianBlur((1, 64)), Gaussian(), Zero(), torch.rand(1, 1, 64))
    colour = Problem.simulate(GaussianBlur((3, 8, 8)), Gaussian(), Zero(), torch.rand(1, 3, 8, 8))
    phase = Problem.simulate(FourierMask((1, 8, 8)), Gaussian(), Zero(), torch.rand(1, 1, 8, 8))
    counts = dataclasses.replace(BLURRED, noise=Poisson(), y=BLURRED.y.clamp_min(0))
    for problem, sentence in ((thin, "pictures"), (colour, "1 channel"), (phase, "real"), (counts, "Poisson")):
        assert sentence in UnrolledISTA().unmet(problem)
    weights.write(DnCNN(1, 4, 2), tmp_path / "other.safetensors")
    with pytest.raises(Refusal, match="unrolled algorithm, got those of a DnCNN"):
        UnrolledISTA(str(tmp_path / "other.safetensors")).unmet(BLURRED)
