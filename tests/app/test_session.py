"""A session without a page: wishes, refusals, frames, addresses, a person's own file."""

import io
import json
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from tests.app.conftest import opened_file
from tests.patience import PATIENCE
from workbench import storage
from workbench.algorithms import FISTA, PDHG, ConjugateGradient, GradientDescent
from workbench.analysis import standard
from workbench.app.run.sections import regularisation
from workbench.data import Shipped
from workbench.experiment import Experiment, from_description
from workbench.jobs import Pace, Status
from workbench.live.session import Session
from workbench.noise import Gaussian
from workbench.operators import FourierMask, GaussianBlur
from workbench.parameters import changed, describe
from workbench.priors import L1, Tikhonov
from workbench.run import quantities

SIDE = 32
SHAPE = (1, SIDE, SIDE)


def experiment(**parts) -> Experiment:
    chosen = {"operator": GaussianBlur(SHAPE), "prior": L1(0.1), "algorithm": FISTA(), "steps": 40} | parts
    return Experiment(truth=Shipped("camera", SIDE), **chosen)


@pytest.fixture
def session():
    made = Session(experiment())
    yield made
    made.close()


def wait(session: Session, *statuses: Status, seconds: float = PATIENCE):
    """The newest frame once the run is one of these and has heard of all that was asked: so it may have been before."""
    end, last, heard = time.perf_counter() + seconds, None, False
    while last is None or last.status not in statuses or not heard:
        assert time.perf_counter() < end, f"still {last and last.status}"
        heard = session.job.obedient  # before the look: what is heard after it may not be in it
        last = session.tick() or last
        time.sleep(0.005)
    return last


def reached(session: Session, k: int, status: Status = Status.DONE, seconds: float = PATIENCE):
    """The frame of a run that rests at iteration k or beyond."""
    end = time.perf_counter() + seconds
    while (frame := wait(session, status)).k < k:
        assert time.perf_counter() < end, f"still at {frame.k}"
    return frame


def test_a_run_fills_frames_with_pictures_and_curves(session):
    session.play()
    frame = wait(session, Status.DONE)
    assert frame.k == 40 and frame.steps == 40
    assert frame.image.shape == frame.error.shape == (SIDE, SIDE)
    assert np.allclose(frame.error, frame.image - session.pictures().truth)
    recorded = {name for quantity in quantities(*standard(session.problem)) for name in quantity.names}
    assert set(frame.curves) == recorded | {"step_size"}
    assert recorded >= {"objective", "misfit", "prior", "residual", "psnr", "ssim"}
    assert all(len(curve) == len(frame.ks) == len(frame.seconds) for curve in frame.curves.values())
    assert frame.curves["objective"][-1] < frame.curves["objective"][0]
    assert session.tick() is None


def test_before_play_the_first_iterate_is_shown(session):
    frame = wait(session, Status.PAUSED)
    assert frame.k == 0 and frame.image.shape == (SIDE, SIDE)


def test_a_slider_moves_a_running_solve_and_marks_it(session):
    session.play()
    wait(session, Status.DONE)
    assert session.set("prior.weight", 2.0) == ""
    frame = reached(session, 80)
    assert frame.marks == ((40, "prior.weight = 2.0"),)
    assert frame.k == 80
    assert session.experiment.prior.weight == 2.0


def test_the_blur_slider_makes_new_data_for_the_same_run(session):
    session.play()
    wait(session, Status.DONE)
    before = session.pictures()
    assert session.set("operator.width", 3.0) == ""
    after = session.pictures()
    assert after.version > before.version
    assert not np.array_equal(before.data, after.data) and np.array_equal(before.truth, after.truth)
    assert reached(session, 80).k == 80


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        ("operator.width", -1.0, "operator.width"),
        ("prior.weight", float("nan"), "prior.weight"),
        ("steps", 0, "steps"),
        ("device", "cuda:7", "device"),
        ("truth.size", 5, "size"),
    ],
)
def test_a_refused_value_is_said_beside_its_control_and_the_run_goes_on(session, path, value, word):
    before = describe(session.experiment)
    session.play()
    sentence = session.set(path, value)
    assert sentence.startswith("wanted") and word.rpartition(".")[2] in sentence
    assert session.errors[path] == sentence
    assert describe(session.experiment) == before
    assert wait(session, Status.DONE).k == 40


def test_a_mended_value_takes_its_sentence_away(session):
    session.set("operator.width", -1.0)
    assert session.set("operator.width", 2.0) == ""
    assert session.errors == {}


def test_an_algorithm_that_cannot_run_is_refused_with_its_reason(session):
    assert "needs a gradient" in session.reasons()["GradientDescent"]
    assert session.reasons()["PDHG"] == ""
    assert "needs a gradient" in session.choose("algorithm", "GradientDescent")
    assert isinstance(session.experiment.algorithm, FISTA)
    assert session.choose("algorithm", "PDHG") == ""
    assert isinstance(session.experiment.algorithm, PDHG)


def test_a_prior_that_the_algorithm_cannot_take_hands_the_run_over_and_says_so():
    session = Session(experiment(prior=Tikhonov(), algorithm=ConjugateGradient()))
    assert session.choose("prior", "L1") == ""
    assert session.notes[0].endswith("ADMM, since blur has Fourier modes, took over.")
    assert session.reasons()[type(session.experiment.algorithm).__name__] == ""
    session.close()


def test_another_truth_refits_the_operator(session):
    assert session.choose("truth", "astronaut") == ""
    assert session.experiment.operator.in_shape == (3, SIDE, SIDE)
    assert session.pictures().truth.shape == (SIDE, SIDE, 3)
    assert session.set("truth.size", 48) == ""
    session.play()
    assert wait(session, Status.DONE).image.shape == (48, 48, 3)


def test_signals_of_one_axis_and_complex_ones_are_drawn():
    line = Session(experiment())
    assert line.choose("truth", "ecg") == ""
    assert line.pictures().truth.shape == (SIDE,)
    line.close()
    spectrum = Session(experiment(operator=FourierMask(SHAPE)))
    spectrum.play()
    frame = wait(spectrum, Status.DONE)
    assert frame.image.dtype == np.float32 and spectrum.pictures().data_label == "log10 |data|"
    spectrum.close()


def test_lambda_stands_beside_the_weight(session):
    assert regularisation(session.experiment) == pytest.approx(0.1 * session.experiment.noise.sigma**2)
    session.choose("noise", "Poisson")
    assert regularisation(session.experiment) is None


def test_reset_begins_again_and_cancel_ends(session):
    session.play()
    wait(session, Status.DONE)
    session.reset()
    assert wait(session, Status.PAUSED, Status.QUEUED).k == 0
    session.step()
    assert reached(session, 1, Status.PAUSED).k == 1
    session.cancel()
    wait(session, Status.CANCELLED)


def test_a_diverging_step_is_explained_and_repaired_from_the_slider():
    session = Session(experiment(prior=Tikhonov(), algorithm=GradientDescent(step_size=1.0), noise=Gaussian(0.05)))
    session.play()
    frame = wait(session, Status.DIVERGED)
    assert "largest safe step" in frame.message and np.isfinite(frame.image).all()
    assert session.set("algorithm.step_size", None) == ""
    assert wait(session, Status.DONE).message == ""
    session.close()


def png(array: np.ndarray) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_persons_own_file_becomes_the_truth(session):
    picture = (np.add.outer(np.arange(40), np.arange(40)) * 3).astype(np.uint8)
    assert opened_file(session, "mine.png", png(picture)) == ""
    assert session.pictures().truth.shape == (40, 40)
    assert np.allclose(session.pictures().truth, picture / 255)
    assert session.notes
    session.play()
    wait(session, Status.DONE)


def test_another_file_of_the_same_name_is_another_signal(session):
    for value in (10, 200):
        picture = np.full((32, 32), value, np.uint8)
        assert opened_file(session, "mine.png", png(picture)) == ""
        assert np.allclose(session.pictures().truth, value / 255)
    kept = session.experiment.truth.path
    assert opened_file(session, "mine.png", b"no picture").startswith("wanted")
    assert session.experiment.truth.path == kept and np.allclose(session.experiment.truth.tensor(), 200 / 255)
    session.close()
    assert not Path(kept).exists()


def test_a_run_of_a_file_is_saved_with_what_was_done_to_it(session):
    picture = (np.add.outer(np.arange(40), np.arange(40)) * 3).astype(np.uint8)
    assert opened_file(session, "mine.png", png(picture), window="whole") == ""
    session.step()
    wait(session, Status.PAUSED)
    found = session.dataset()
    assert json.loads(found.attrs["notes"]) == list(session.loaded.notes)
    assert found.attrs["limits"] == [0, 234]
    session.choose("truth", "camera")
    session.step()
    wait(session, Status.PAUSED)
    assert "notes" not in session.dataset().attrs


def test_a_file_is_read_once(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.data.signals.load_described", lambda *args: pytest.fail("read again"))
    assert opened_file(session, "mine.png", png(np.eye(40, dtype=np.uint8))) == ""
    assert session.loaded.tensor.shape == (1, 1, 40, 40)
    assert session.set("prior.weight", 3.0) == ""


def test_a_file_that_is_not_what_it_says_changes_nothing(session):
    before = describe(session.experiment)
    sentence = opened_file(session, "fake.png", b"these are words, no picture")
    assert sentence.startswith("wanted")
    assert describe(session.experiment) == before


def test_the_dataset_of_a_session_rebuilds_it(session, tmp_path):
    session.play()
    wait(session, Status.DONE)
    storage.save(session.dataset(), tmp_path / "run.nc")
    found = storage.load(tmp_path / "run.nc")
    assert describe(from_description(json.loads(found.attrs["spec"]))) == describe(session.experiment)
    assert torch.equal(torch.from_numpy(found["x"].values), session.job.latest.state.x)


@pytest.mark.parametrize("paused", [False, True])
def test_what_is_saved_is_what_is_seen(paused):
    """Picture, caption, curves and file are of one iterate, though the run has gone on meanwhile."""
    session = Session(experiment(steps=1_000_000))
    session.play()
    frame = wait(session, Status.RUNNING)
    while frame.k < 3:
        frame = wait(session, Status.RUNNING)
    if paused:
        session.pause()
        frame = wait(session, Status.PAUSED)
    else:
        end = time.perf_counter() + PATIENCE
        while session.job.latest.state.k <= frame.k:
            assert time.perf_counter() < end
            time.sleep(0.005)
    found = session.dataset()
    assert found["k"].values[-1] == frame.k == frame.ks[-1]
    assert np.array_equal(found["x"].values[0, 0], frame.image)
    assert found["psnr"].values[-1].item() == pytest.approx(frame.curves["psnr"][-1], rel=1e-12)
    session.close()


def test_the_code_of_a_session_repeats_it(session):
    space: dict = {}
    exec(session.code().replace(".run()", ""), space)
    assert describe(space["result"]) == describe(session.experiment)


def test_the_notebook_of_a_session_shows_it_live(session):
    cells = [cell["source"] for cell in json.loads(session.notebook())["cells"]]
    nbformat.validate(nbformat.reads(session.notebook(), 4))
    space: dict = {}
    exec(cells[0], space)
    assert describe(space["experiment"]) == describe(session.experiment)
    assert describe(space["wb"]._session.experiment) == describe(session.experiment)
    assert cells[0].endswith("\nwb") and "await wb.done()" in cells[1]
    space["wb"].close()


def test_a_diverged_run_is_repaired_by_its_own_advice():
    session = Session(experiment(prior=Tikhonov(), algorithm=GradientDescent(5.0), steps=60))
    session.play()
    frame = wait(session, Status.DIVERGED)
    assert frame.repair == {"algorithm.step_size": None}
    assert 0 < frame.largest_step < 5.0 and frame.largest_step == pytest.approx(2 / frame.lipschitz)
    session.repair(frame.repair)
    assert session.experiment.algorithm.step_size is None
    done = wait(session, Status.DONE)
    assert not done.repair and done.curves["objective"][-1] < done.curves["objective"][0]
    session.close()


def test_certificates_come_often_while_they_are_watched():
    session = Session(experiment(prior=Tikhonov(5.0), algorithm=GradientDescent(step_size=1e-3), steps=3000))
    session.prove(True)
    session.play()
    frame = wait(session, Status.DONE)
    while frame.proofs["k"][-1] < frame.k:  # the last iterate is certified once the run is over
        frame = wait(session, Status.DONE)
    gaps = frame.proofs["duality gap"]
    assert len(gaps) == len(frame.proofs["k"]) > 1
    assert 0 <= gaps[-1] < gaps[0]
    assert np.isnan(frame.proofs["fixed-point residual"]).all()
    session.close()


def test_the_pace_is_that_of_about_the_last_second():
    now = iter([10.0, 10.1, 10.5, 11.0, 11.1, 11.5, 30.0])
    pace = Pace(lambda: next(now))
    assert pace.at(5) == 0, "nothing to compare with"
    assert pace.at(6) == 0, "too soon to say"
    assert pace.at(55) == pytest.approx(100)
    assert pace.at(155) == pytest.approx(0.6 * 100 + 0.4 * 200)
    assert pace.at(155) == pytest.approx(140), "no sooner than that"
    assert pace.at(155) == pytest.approx(0.6 * 140), "it stands still for half a second"
    assert pace.at(200) == 0, "too long ago"


def test_reset_and_another_experiment_take_the_steps_that_were_wished_for(session):
    session.set("steps", 6)
    session.play()
    reached(session, 6)
    session.play()  # as long again
    reached(session, 12)
    assert session.experiment.steps == 12
    session.reset()
    assert session.experiment.steps == 6
    session.play()
    reached(session, 6)
    other = changed(session.experiment, prior=changed(session.experiment.prior, weight=3.0), steps=4)
    assert session.become(other) == ""
    session.reset()  # as a step of a lesson begins
    assert (session.experiment.steps, session.experiment.prior.weight) == (4, 3.0)
    session.play()
    assert reached(session, 4).k == 4
