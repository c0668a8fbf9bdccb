"""Spectra, planes and chains that were looked at on the page are in the saved run; those of another problem are not."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from tests.app.test_session import reached
from tests.patience import PATIENCE
from workbench import records, storage
from workbench.algorithms import UnadjustedLangevin
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.planes import Planes
from workbench.live.session import Session
from workbench.live.spectra import Spectra
from workbench.live.study import Studies, Study
from workbench.live.uncertainty import Uncertainty
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov

SHAPE = (1, 12, 12)


@pytest.fixture
def session() -> Iterator[Session]:
    parts = GaussianBlur(SHAPE, 1.0), Tikhonov(2.0), UnadjustedLangevin()
    made = Session(Experiment(Shipped("camera", 12), parts[0], prior=parts[1], algorithm=parts[2], steps=4))
    made.play()
    reached(made, 4)
    yield made
    made.close()


def done(studies: Studies, study: Study) -> None:
    study.start()
    end = time.perf_counter() + PATIENCE
    while study.status is not Status.DONE:
        assert time.perf_counter() < end and not study.latest.message, study.latest.message
        studies.tick()
        time.sleep(0.005)
    studies.tick()


def hessian(session: Session) -> torch.Tensor:
    """Dense: A'A / sigma^2 + 2 weight, a column a pixel."""
    one = torch.eye(144, dtype=torch.float64).reshape(144, *SHAPE)
    problem = session.problem
    x = torch.zeros(1, *SHAPE)
    apply: Callable = problem.hessian(x)
    return torch.stack([apply(e[None].float())[0].flatten() for e in one])


def test_what_was_looked_at_is_in_the_file_and_right(session, tmp_path):
    spectra, planes, chains = Spectra(session), Planes(session), Uncertainty(session)
    assert not [name for name in session.dataset() if name.startswith(("spectrum", "plane", "posterior", "eigen"))]
    done(spectra, spectra.hessian)
    done(planes, planes.closed)
    chains.sampling = type(chains.sampling)(chains=4, draws=20, warmup=5)
    done(chains, chains.chains)
    storage.save(session.dataset(), tmp_path / "run.nc")
    kept = records.open(tmp_path / "run.nc").result
    dense = np.linalg.eigvalsh(hessian(session).double().numpy())
    assert float(kept.eigenvalues[0]) == pytest.approx(dense[-1], rel=1e-4)
    assert kept.spectrum_objective_masses.sum() == pytest.approx(1)
    assert kept.spectrum_objective_nodes.attrs["iteration"] == 4
    nodes = kept.spectrum_objective_nodes.values
    assert dense[0] * (1 - 1e-4) <= nodes[0] and nodes[-1] <= dense[-1] * (1 + 1e-4)
    for share in (0.25, 0.5, 0.75):  # of the eigenvalues, as a few probes see it
        there = float(kept.spectrum_objective_masses.values[nodes <= np.quantile(dense, share)].sum())
        assert abs(there - share) < 0.15
    path = kept.plane_closed_form_LandweberFilter_i_y
    assert path.attrs["units"] == "bits" and (np.diff(path.values) >= -1e-9).all()
    found = chains.found
    np.testing.assert_array_equal(kept.posterior_mean.values, found.moments.mean.numpy())
    assert kept.posterior_mean.dims == kept.x.dims[1:] and kept.posterior_mean.attrs["draws_of_a_chain"] == 20
    assert (kept.posterior_low_90 <= kept.posterior_high_90).all()
    assert records.open(tmp_path / "run.nc").resume(6).k[-1] == 6  # it goes on as any other


def test_what_was_found_of_another_problem_is_not_kept(session):
    spectra = Spectra(session)
    done(spectra, spectra.hessian)
    assert "eigenvalues" in session.dataset()
    session.set("prior.weight", 5.0)
    reached(session, 4)
    assert "eigenvalues" not in session.dataset()
