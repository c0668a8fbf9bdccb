"""Going back along a run: moments that are kept, what is seen there, branches, and the strip that shows them."""

import base64
import io
from itertools import islice

import numpy as np
import pytest
import torch

from tests.app import small_runs
from tests.app.small_runs import CASES, SHAPE
from tests.app.test_session import reached, wait
from workbench import jobs
from workbench.algorithms import PDHG
from workbench.app.run.thumbnails import SIDE, Thumbnails, thumbnail
from workbench.app.run.timeline import Timeline, moved, said
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import RunMoment, RunTrail, Spent, Status, trail
from workbench.live.session import Session
from workbench.operators import GaussianBlur
from workbench.run import iterate, ladder


def experiment(name: str = "PDHG", steps: int = 40) -> Experiment:
    return small_runs.experiment(name, steps)


@pytest.fixture
def session():
    made = Session(experiment())
    made.play()
    reached(made, 40)
    yield made
    made.close()


def state_after(problem, algorithm, k: int):
    """The state of a run of so many steps."""
    return next(islice(iterate(problem, algorithm), k, None))


def test_a_moment_is_the_run_after_so_many_iterations(session):
    """Its picture and its state are those of a run of as many steps, and its error that of the picture."""
    session.look_at(9)
    frame = session.tick()
    straight = state_after(session.problem, session.experiment.algorithm, 9)
    assert frame.at == 9 and frame.k == 40 and torch.equal(session.moment.state.x, straight.x)
    assert np.array_equal(frame.image, straight.x[0, 0].numpy())
    assert np.allclose(frame.error, frame.image - session.pictures().truth)
    assert frame.at_k("psnr") == frame.curves["psnr"][9]
    assert len(frame.ks) == 41
    assert session.tick() is None


def test_between_two_moments_the_earlier_one_is_seen(session, monkeypatch):
    kept = [moment.k for moment in session.moments]
    gap = next(k for k in range(40) if k not in kept)
    session.look_at(gap)
    assert session.moment.k == max(k for k in kept if k < gap)
    session.scrub(1)
    assert session.moment.k == min(k for k in kept if k > gap)
    session.scrub(len(kept))
    assert session.moment is None
    session.scrub(-1)
    assert session.moment.k == kept[-1]
    session.scrub(-1000)
    assert session.moment.k == 0


def test_one_can_look_back_while_the_run_goes_on():
    session = Session(experiment(steps=100000))
    session.play()
    reached(session, 10, Status.RUNNING)
    session.look_at(4)
    before = session.tick()
    reached(session, before.k + 50, Status.RUNNING)
    frame = wait(session, Status.RUNNING)
    assert frame.at == 4 and np.array_equal(frame.image, before.image) and len(frame.ks) > len(before.ks)
    assert 4 in [moment.k for moment in frame.moments]  # though the run may have let it go by now
    session.look_at(None)
    assert session.tick().at is None
    session.close()


@pytest.mark.parametrize("name", CASES)
def test_a_branch_with_the_same_settings_is_the_run_bit_for_bit(name):
    session = Session(experiment(name))
    session.play()
    whole = reached(session, 40)
    x = session.job.latest.state.x
    session.look_at(7)
    assert session.go_on_from_here() == ""
    frame = reached(session, 40)
    assert torch.equal(session.job.latest.state.x, x) and frame.at is None
    for quantity in ("objective", "psnr"):
        np.testing.assert_array_equal(frame.curves[quantity], whole.curves[quantity])
    assert frame.ks.tolist() == list(range(41))
    assert frame.marks == ((7, "branch, back from 40"),)
    session.close()


def test_a_branch_takes_the_present_settings_and_the_former_way_stays_in_sight(session):
    former = session.dataset()
    session.set("prior.weight", 1.0)
    moved = reached(session, 80)
    session.look_at(20)
    session.go_on_from_here()
    frame = reached(session, 80)
    kept = frame.left[-1]
    assert kept.ks[0] == 20 and kept.ks[-1] == 80
    np.testing.assert_array_equal(kept.curves["objective"][:20], former["objective"].values[20:40, 0])
    np.testing.assert_array_equal(frame.curves["objective"][:20], moved.curves["objective"][:20])
    assert frame.curves["objective"][-1] != moved.curves["objective"][-1]
    assert frame.marks == ((20, "branch, back from 80"), (20, "prior.weight = 1.0"))
    assert "Branch, back from 80 at k = 20" in session.dataset().attrs["notes"]
    assert session.experiment.prior.weight == 1.0


def test_a_reset_forgets_moments_and_former_ways(session):
    session.look_at(5)
    session.go_on_from_here()
    reached(session, 40)
    session.reset()
    frame = wait(session, Status.PAUSED)
    assert session.moment is None and frame.left == () and [m.k for m in frame.moments] == [0]


def test_there_is_nothing_to_go_on_from_at_the_end(session):
    assert "choose one on the time line" in session.go_on_from_here()
    assert session.errors["time"]
    session.look_at(3)
    assert session.go_on_from_here() == "" and "time" not in session.errors


def test_a_saved_run_has_its_moments_again(session):
    """Of a file pictures alone are known: a branch begins at the picture, as with another method."""
    opened = Session(experiment())
    opened.show(session.dataset())
    frame = reached(opened, 40)
    kept = [moment.k for moment in session.job.latest.moments if moment.k < 40]
    assert [m.k for m in frame.moments if m.k < 40] == kept
    opened.look_at(12)
    at = opened.tick()
    session.look_at(12)
    assert np.array_equal(at.image, session.tick().image) and at.at_k("psnr") == frame.curves["psnr"][12]
    assert opened.moment.state is None
    assert opened.go_on_from_here() == ""
    assert reached(opened, 40).marks == ((12, "branch, back from 40"),)
    opened.close()


def test_the_spectrum_is_that_of_the_moment(session):
    from workbench.live.spectra import Spectra

    spectra = Spectra(session)
    session.look_at(6)
    assert spectra._there()[0] == 6 and torch.equal(spectra._there()[1], session.moment.state.x)
    old = session.moment.problem
    session.set("prior.weight", 3.0)
    assert session.seen[0] is old and session.problem is not old
    session.look_at(None)
    assert session.seen[0] is session.problem


def problem():
    return experiment().problem()


def test_states_are_kept_while_there_is_room_then_pictures(monkeypatch):
    """A state of PDHG takes more than its picture: with room for a few pictures it is left out, and k = 0 stays."""
    made, posed, algorithm = RunTrail(), problem(), PDHG()
    states = list(islice(iterate(posed, algorithm), 6))
    picture = states[0].x.nbytes
    monkeypatch.setattr(trail, "ROOM", trail.FEWEST * picture)
    for state in states:
        made.look((posed, algorithm), state, Spent(0.0, 0.0))
    assert [moment.state for moment in made.moments] == [None] * 6
    assert made.moments[3].unknown is made.moments[3].picture
    monkeypatch.setattr(trail, "ROOM", 4 * picture)
    full = RunTrail()
    for state in states:
        full.look((posed, algorithm), state, Spent(0.0, 0.0))
    assert len(full.moments) == 4 and full.moments[0].k == 0 and full.moments[-1].k == 5
    assert sum(moment.picture.nbytes for moment in full.moments) <= 4 * picture


def test_a_run_that_diverged_has_no_moments_beyond():
    session = Session(Experiment(Shipped("camera", 24), GaussianBlur(SHAPE), steps=400, **CASES["FISTA"]))
    session.set("algorithm.step_size", 100.0)
    session.play()
    frame = wait(session, Status.DIVERGED)
    assert frame.moments and frame.moments[-1].k <= frame.k
    assert all(bool(moment.picture.isfinite().all()) for moment in frame.moments)
    session.close()


def test_the_strip_holds_a_thumbnail_of_each_moment_and_tells_what_was_moved(session):
    from PIL import Image

    told = []
    timeline = Timeline(session, lambda: told.append(session.moment))
    session.look_at(3)
    frame = session.tick()
    timeline.show_frame(frame)
    strip = timeline.strip
    assert strip.ks == [moment.k for moment in frame.moments] and strip.ks[strip.chosen] == 3
    assert strip.words[3] == f"iteration 3, {frame.curves['psnr'][3]:.2f} dB"
    image = Image.open(io.BytesIO(base64.b64decode(strip.sprite.partition(",")[2])))
    assert image.size == (SIDE * len(strip.ks), SIDE)
    assert not timeline.now.disabled and not timeline.branch.disabled
    strip.wish = "1 8"
    assert session.moment.k == 8 and told[-1].k == 8
    strip.wish = "2 newest"
    assert session.moment is None and told[-1] is None
    strip.wish = "3 <b>9</b>"
    assert session.moment is None
    last = session.tick()
    timeline.show_frame(last)
    assert strip.chosen == -1 and timeline.now.disabled and timeline.branch.disabled
    assert said(frame).startswith("back at k = 3") and said(last).startswith("now, k = 40")


def test_a_strip_that_grows_is_sent_now_and_then():
    now = [0.0]
    session = Session(experiment(steps=100000))
    timeline = Timeline(session, lambda: None, clock=lambda: now[0])
    session.play()
    frame = reached(session, 5, Status.RUNNING)
    timeline.show_frame(frame)
    sent = timeline.strip.sprite
    frame = reached(session, frame.k + 200, Status.RUNNING)
    timeline.show_frame(frame)
    assert timeline.strip.sprite == sent
    now[0] = 1.0
    timeline.show_frame(frame)
    assert timeline.strip.sprite != sent
    session.close()


def test_marks_belong_to_the_moment_after_them():
    marks = ((3, "a = 1"), (5, "b = 2"))
    assert [moved(marks, low, high) for low, high in ((-1, 2), (2, 4), (4, 8))] == ["", "a = 1", "b = 2"]


@pytest.mark.parametrize("shape", [(90, 60), (24, 24, 3), (500,), (5, 7)])
def test_thumbnails_of_every_shape(shape):
    image = np.linspace(0, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    made = thumbnail(image, (0.0, 1.0))
    assert made.shape == (SIDE, SIDE, 3) and made.dtype == np.uint8
    assert made.max() > 200


def test_thumbnails_are_made_once():
    posed, algorithm = problem(), PDHG()
    moments = [RunMoment(k, torch.rand(1, *SHAPE), 0.0, Spent(0, 0), posed, algorithm) for k in range(3)]
    thumbnails, truth = Thumbnails(), np.linspace(0, 1, 576, dtype=np.float32).reshape(24, 24)
    thumbnails.strip(moments, truth)
    before = dict(thumbnails._made)
    thumbnails.strip(moments[1:], truth)
    assert all(thumbnails._made[m] is before[m] for m in moments[1:]) and len(thumbnails._made) == 2
    assert thumbnails.strip([], truth) == ""


def test_ladders_of_moments_are_those_of_runs(session):
    """The page keeps the iterates that a run to a file keeps."""
    found = session.dataset()
    straight = experiment().run()
    made = ladder.Ladder()
    assert len(list(made.along(session.problem, islice(iterate(session.problem, PDHG()), 41)))) == 41
    assert found["iterate"].values.tolist() == made.ks
    np.testing.assert_allclose(found["path_length"], made.lengths, rtol=1e-6)
    np.testing.assert_array_equal(found["x"], straight["x"])
    assert jobs.ladder_of(session.job.latest.moments).ks == made.ks


def test_the_button_of_the_strip_begins_a_branch(session):
    timeline = Timeline(session, lambda: None)
    timeline.look_at(5)
    timeline.branch.clicks += 1
    assert any("branch, back from 40" in text for _, text in reached(session, 40).marks)
