"""The basis of a run's denoiser on the page, and images by a few terms of a basis beside closed forms."""

import time

import numpy as np
import pytest
import pywt
import torch

from tests.app.test_session import reached
from tests.patience import PATIENCE
from workbench.algorithms import PnPADMM
from workbench.analysis.spectrum import SymmetricLogarithmicAxis
from workbench.app.spectrum.basis import DenoiserBasis, mosaic
from workbench.data import Shipped, truth
from workbench.experiment import Experiment
from workbench.live.session import Session
from workbench.live.spectra import Spectra
from workbench.networks import adapted_basis
from workbench.networks.few_terms import ADAPTED, COSINES, WAVELETS, few_terms, missed
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import Denoising, TotalVariation

SHAPE = (1, 16, 16)


def test_few_terms_miss_what_the_other_coefficients_hold():
    """Parseval: what is missed is the root of the squares that are left out; all of them miss nothing."""
    image = truth("camera", 16).double()
    blur = GaussianBlur(SHAPE, 0.5)
    basis = adapted_basis(blur, image, k=30)
    found = few_terms(image, basis)
    inside = (basis.vectors.flatten(1) @ image.flatten()).square().sum()
    assert missed(image, found[ADAPTED]) == pytest.approx(float((1 - inside / image.square().sum()).sqrt()), rel=1e-6)
    i, k = torch.arange(16.0).double(), torch.arange(16.0).double()[:, None]
    dct = (torch.pi * (2 * i + 1) * k / 32).cos() * (2 / 16) ** 0.5
    dct[0] /= 2**0.5
    squares = (dct @ image[0, 0] @ dct.T).flatten().square().sort(descending=True).values
    assert missed(image, found[COSINES]) == pytest.approx(float((squares[30:].sum() / squares.sum()).sqrt()), rel=1e-6)
    split = pywt.wavedec2(image[0, 0].numpy(), "db2", mode="periodization", level=4)
    squares = torch.from_numpy(pywt.coeffs_to_array(split)[0]).flatten().square().sort(descending=True).values
    assert missed(image, found[WAVELETS]) == pytest.approx(float((squares[30:].sum() / squares.sum()).sqrt()), rel=1e-6)


def test_the_tab_shows_the_basis_of_the_run_s_denoiser():
    parts = GaussianBlur(SHAPE, 1.0), Gaussian(0.05), Denoising(), PnPADMM()
    session = Session(Experiment(Shipped("camera", 16), *parts, steps=25))
    try:
        session.play()
        reached(session, 25)
        spectra = Spectra(session)
        look = DenoiserBasis(spectra)
        spectra.basis.start()
        end = time.perf_counter() + PATIENCE
        while not spectra.basis.idle:
            assert time.perf_counter() < end
            time.sleep(0.005)
        spectra.tick()
        look.draw(None, SymmetricLogarithmicAxis)
        found = spectra.basis.result
        assert found is not None and found.k == 25 and len(found.basis.values) == 30
        assert "eigenvalues" in look.note.sentence and "12 of 30" in look.vectors.caption.object
        assert "misses" in look.few[ADAPTED].caption.object
        # The largest eigenvalue beside the dense Jacobian.
        denoise = lambda v: session.problem.prior.denoise(v.reshape(1, *SHAPE), found.sigma).flatten()  # noqa: E731
        dense = torch.func.jacrev(denoise)(found.image.flatten())
        largest = torch.linalg.eigvalsh((dense + dense.T).double() / 2)[-1]
        assert float(found.basis.values[0]) == pytest.approx(float(largest), rel=1e-3)
    finally:
        session.close()


def test_without_a_network_the_tab_says_what_to_take():
    session = Session(Experiment(Shipped("camera", 16), GaussianBlur(SHAPE), prior=TotalVariation(), steps=3))
    try:
        session.play()
        reached(session, 3)
        look = DenoiserBasis(Spectra(session))
        look.draw(None, SymmetricLogarithmicAxis)
        assert "No network denoises here" in look.note.sentence and look.find.disabled
    finally:
        session.close()


def test_a_mosaic_has_rows_of_four():
    sheet = mosaic([np.full((2, 3), value) for value in (1.0, -2.0, 3.0, 4.0, 5.0)])
    assert (
        sheet.shape == (5, 15) and sheet[0, 0] == 1 and sheet[0, 4] == -1 and sheet[3, 0] == 1 and -1 < sheet[2, 0] < 0
    )
