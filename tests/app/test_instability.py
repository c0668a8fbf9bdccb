"""The worst change of the data and a point, on the page, beside the dense map of Tikhonov's reconstruction."""

import time
from itertools import pairwise

import numpy as np
import pytest
import torch

from tests.app.test_session import reached
from tests.patience import PATIENCE
from workbench import tuning
from workbench.algorithms import FISTA
from workbench.analysis.spectrum import SymmetricLogarithmicAxis
from workbench.app.spectrum.instability import InstabilityPlot
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.session import Session
from workbench.live.spectra import Spectra
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov

SHAPE = (1, 12, 12)


@pytest.fixture
def session():
    made = Session(
        Experiment(Shipped("coins", 12), GaussianBlur(SHAPE, 1.0), Gaussian(0.1), Tikhonov(5.0), FISTA(), 40)
    )
    made.play()
    reached(made, 40)
    yield made
    made.close()


def found(spectra, look):
    look.find.clicks += 1
    end = time.perf_counter() + PATIENCE
    while not spectra.instability.idle or spectra.instability.result is None:
        assert time.perf_counter() < end, spectra.trouble()
        spectra.tick()
        time.sleep(0.01)
    spectra.tick()
    look.draw(None, SymmetricLogarithmicAxis)
    return spectra.instability.result


def test_the_tab_draws_the_top_singular_vector_and_a_column_of_the_map(session):
    spectra = Spectra(session)
    look = InstabilityPlot(spectra)
    there = found(spectra, look)
    blur = GaussianBlur(SHAPE, 1.0)
    A = blur(torch.eye(144, dtype=torch.float64).reshape(-1, *SHAPE)).flatten(1).T.numpy()
    R = np.linalg.solve(A.T @ A / 0.01 + 5 * np.eye(144), A.T / 0.01)
    top = np.linalg.svd(R)[1][0]
    assert float(there.worst.gain[0]) == pytest.approx(top, rel=0.01) and there.k == 40
    assert float(there.worst.gain[0]) <= top * (1 + 1e-5), "nothing moves it further"
    point = (R @ A)[:, 6 * 12 + 6]
    np.testing.assert_allclose(there.point.response.flatten().numpy(), point, atol=0.02 * point.max())
    shown = look.panels[1]._grey.data["image"][0].astype(float) / 255 * 2 - 1
    image = there.worst.image[0, 0].numpy()
    np.testing.assert_allclose(shown, image / np.abs(image).max(), atol=0.01)
    assert f"{float(there.worst.gain[0]):.3g} times as far" in look.note.sentence
    assert "A faint point at (6, 6)" in look.note.sentence


def test_the_steps_end_where_the_iteration_does():
    problem = Experiment(Shipped("coins", 12), GaussianBlur(SHAPE, 1.0), Gaussian(0.1), Tikhonov(5.0)).problem()
    x = problem.start()
    steps = list(tuning.worst_perturbations(problem, x, 1e-3, 30))
    last = tuning.worst_perturbation(problem, x, 1e-3, 30)
    assert torch.equal(steps[-1].direction, last.direction) and torch.equal(steps[-1].gain, last.gain)
    gains = [float(step.gain[0]) for step in steps]
    assert gains[0] < gains[-1] and all(b >= a * (1 - 1e-5) for a, b in pairwise(gains))


def test_who_goes_to_no_minimum_says_so(session):
    session.set("prior", "Denoising")
    spectra = Spectra(session)
    assert spectra.instability.unmet
    look = InstabilityPlot(spectra)
    look.draw(None, SymmetricLogarithmicAxis)
    assert look.find.disabled and look.note.sentence == spectra.instability.unmet
