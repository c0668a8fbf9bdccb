"""Saved runs opened where they ended: on the page, in a cell, by Python, all of them the same run."""

import json

import h5py
import numpy as np
import pytest
import torch

from tests.app.conftest import opened_run, read
from tests.app.small_runs import CASES, experiment
from tests.app.test_session import reached, wait
from workbench import records, storage
from workbench.app.page.workbench import Workbench
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.opening import Opening
from workbench.live.saved import STATELESS, is_run
from workbench.live.session import Session
from workbench.parameters import changed, describe
from workbench.run import has_state


@pytest.fixture
def session():
    made = Session(Experiment(Shipped("shepp_logan", 32), steps=5))
    yield made
    made.close()


def played(session: Session, steps: int) -> torch.Tensor:
    """x after so many iterations in all."""
    session.set("steps", steps)
    session.play()
    reached(session, steps)
    return session.job.latest.state.x


@pytest.mark.parametrize("name", CASES)
def test_a_run_of_the_page_goes_on_bit_for_bit_on_the_page_and_in_python(name, session, tmp_path):
    first = Session(experiment(name))
    first.play()
    reached(first, 12)
    kept = first.dataset()
    first.close()
    assert has_state(kept) and kept.attrs["outcome"] == "steps"
    storage.save(kept, tmp_path / "run.nc")
    straight = torch.from_numpy(experiment(name, 30).run().x.values)
    assert not session.show(storage.load(tmp_path / "run.nc"))
    frame = reached(session, 12)
    assert frame.k == 12 and session.opened and describe(session.experiment) == describe(experiment(name))
    assert frame.ks.tolist() == list(range(13))
    np.testing.assert_array_equal(session.job.latest.state.x.numpy(), kept.x.values)
    assert torch.equal(played(session, 30), straight)
    assert not session.notes
    resumed = records.open(tmp_path / "run.nc").resume(30)
    assert torch.equal(torch.from_numpy(resumed.x.values), straight)
    again = session.dataset()
    assert again.k.values.tolist() == list(range(31))
    np.testing.assert_allclose(again.objective.values[:13], kept.objective.values, rtol=1e-6)


def test_a_run_of_the_command_line_is_shown_at_its_end_and_waits(tmp_path):
    experiment(steps=9).run(every=4, out=tmp_path / "run.nc")
    session = Opening.of(tmp_path / "run.nc").session()
    app = Workbench(session)
    app._play_once()
    frame = reached(session, 9)
    assert frame.ks.tolist() == [0, 4, 8, 9] and session.job.latest.status is Status.DONE
    session.play()
    assert reached(session, 18).k == 18 and session.experiment.steps == 18
    straight = experiment(steps=18).run()
    assert torch.equal(session.job.latest.state.x, torch.from_numpy(straight.x.values))
    app.close()


def test_a_run_changed_on_its_way_goes_on_as_the_page_would(session, tmp_path):
    """The state after a slider moved is that of no run in one go; the page itself says what follows it."""
    first = Session(experiment(steps=10))
    first.play()
    reached(first, 10)
    first.set("prior.weight", 0.7)
    reached(first, 20)
    kept = first.dataset()
    expected = played(first, 35)
    marks = first.job.latest.marks
    first.close()
    storage.save(kept, tmp_path / "run.nc")
    assert not session.show(storage.load(tmp_path / "run.nc"))
    assert reached(session, 20).marks == marks and marks
    assert torch.equal(played(session, 35), expected)


def test_one_that_was_interrupted_is_kept_as_such_and_goes_on(tmp_path):
    first = Session(experiment(steps=40))
    first.step(7)
    reached(first, 7, Status.PAUSED)
    kept = first.dataset()
    first.close()
    assert kept.attrs["outcome"] == "interrupted"
    session = Opening.of(kept).session()
    assert wait(session, Status.PAUSED).k == 7
    session.play()
    reached(session, 40)
    assert torch.equal(session.job.latest.state.x, torch.from_numpy(experiment(steps=40).run().x.values))
    session.close()


def test_one_without_a_state_goes_on_from_its_picture_and_says_so(session):
    kept = experiment().run()
    bare = kept.drop_vars([n for n in map(str, kept.data_vars) if n.startswith("state_")])
    del bare.attrs["state"]
    assert not session.show(bare)
    assert session.notes == (STATELESS,)
    frame = reached(session, 12)
    np.testing.assert_array_equal(session.job.latest.state.x.numpy(), kept.x.values)
    assert frame.k == 12
    played(session, 20)
    first = Opening.of(bare).session()
    app = Workbench(first)
    app.session.tick()
    assert app.alert.title == STATELESS
    app.close()


def test_reset_begins_the_run_anew(session):
    session.show(experiment().run())
    reached(session, 12)
    session.reset()
    assert not session.opened
    assert wait(session, Status.PAUSED).k == 0
    assert torch.equal(played(session, 12), torch.from_numpy(experiment().run().x.values))


def test_what_cannot_be_shown_is_refused_and_all_stays(session):
    before = describe(session.experiment)
    run = experiment().run()
    assert session.show(run.assign_attrs(spec="{}")) == session.errors["truth.file"]
    sentence = opened_run(session, "run.nc", b"no run")
    assert "saved run" in sentence
    assert describe(session.experiment) == before and not session.opened
    session.show(run.assign_attrs(state='{"fields": {}}'))
    assert "begin again" in wait(session, Status.FAILED).message
    session.reset()
    assert wait(session, Status.PAUSED).k == 0


def test_a_saved_run_dropped_on_the_page_opens_as_a_run(session, tmp_path):
    storage.save(experiment().run(), tmp_path / "mine.nc")
    content = (tmp_path / "mine.nc").read_bytes()
    assert is_run(content) and not is_run(content[:3000]) and not is_run(b"\x89PNG")
    app = Workbench(session)
    app.upload.file.param.update(filename="mine.nc", value=content)
    read(app.upload)
    assert not app.upload.complaint.sentence and "saved run" in app.upload.aside.sentence
    assert session.opened and describe(session.experiment) == describe(experiment())
    assert reached(session, 12).k == 12
    assert app.choices.sections["algorithm"].menu.select.value == "PDHG"
    app.upload.size.value = 64
    read(app.upload)
    assert session.opened, "what is asked of signals is not asked of a run"
    app.upload.measured.value = True
    read(app.upload)
    assert not app.upload._run and app.upload.array.visible, "who says that it holds data is asked which"
    app.close()


def test_a_saved_run_of_another_device_is_shown_on_this_one(session):
    run = experiment().run()
    spec = describe(changed(experiment(), device="cpu")) | {"device": "cuda:7"}
    assert not session.show(run.assign_attrs(spec=json.dumps(spec)))
    assert session.experiment.device == "cpu" and reached(session, 12).k == 12


def saved(folder, **attrs):
    """The bytes of a run whose description says more."""
    result = experiment().run()
    spec = json.loads(result.attrs["spec"]) | attrs
    storage.save(result.assign_attrs(spec=json.dumps(spec)), folder / "made.nc")
    return (folder / "made.nc").read_bytes()


def test_a_run_that_is_brought_reads_no_other_file_of_this_machine(session, tmp_path):
    secret = tmp_path / "secret.npy"
    np.save(secret, np.full((24, 24), 0.25, np.float32))
    before = describe(session.experiment)
    content = saved(tmp_path, truth={"type": "data.File", "path": str(secret)})
    result = storage.load(tmp_path / "made.nc")
    storage.save(result.drop_vars("truth"), tmp_path / "blind.nc")
    sentence = opened_run(session, "blind.nc", (tmp_path / "blind.nc").read_bytes())
    assert "secret.npy" in sentence and describe(session.experiment) == before
    assert not opened_run(session, "made.nc", content)
    np.testing.assert_array_equal(session.problem.truth.numpy(), result.truth.values)
    measured = {"type": "data.Measured", "data": str(secret)}
    spec = {n: v for n, v in json.loads(result.attrs["spec"]).items() if n != "truth"} | {"source": measured}
    storage.save(result.drop_vars("truth").assign_attrs(spec=json.dumps(spec)), tmp_path / "data.nc")
    assert not opened_run(session, "data.nc", (tmp_path / "data.nc").read_bytes())
    np.testing.assert_array_equal(session.problem.y.numpy(), result.y.values)


def test_a_run_whose_arrays_lie_elsewhere_or_unpack_to_more_than_memory_is_refused(session, tmp_path):
    (tmp_path / "secret.bin").write_bytes(bytes(4 * 24 * 24))
    content = saved(tmp_path)
    for name, kind in (("outside.nc", "external"), ("link.nc", "link"), ("bomb.nc", "bomb")):
        (tmp_path / name).write_bytes(content)
        with h5py.File(tmp_path / name, "r+") as file:
            if kind == "external":
                file.create_dataset("noted", (24, 24), "f4", external=[(str(tmp_path / "secret.bin"), 0, 4 * 24 * 24)])
            elif kind == "link":
                file["noted"] = h5py.ExternalLink(str(tmp_path / "made.nc"), "x")
            else:
                file.create_dataset("noted", (100_000, 100_000), "f8", chunks=(1000, 1000), compression="gzip")
        assert (tmp_path / name).stat().st_size < 10**6
        sentence = opened_run(session, name, (tmp_path / name).read_bytes())
        assert ("at most 512 MB" if kind == "bomb" else "noted lies elsewhere") in sentence and not session.opened


@pytest.mark.parametrize(
    "changed_by_hand",
    [
        {"marks": '[["a"]]'},
        {"marks": "x"},
        {"spec": {"operator": {"array": "ab"}}},
        {"spec": {"operator": {"type": "operators.GaussianBlur", "shape": [1, -4, 24]}}},
        {"spec": {"steps": "many"}},
        {"spec": {"prior": {"type": "os.system"}}},
    ],
    ids=str,
)
def test_a_run_that_was_changed_by_hand_is_one_sentence(session, changed_by_hand):
    run, before = experiment().run(), describe(session.experiment)
    spec = json.loads(run.attrs["spec"]) | changed_by_hand.get("spec", {})
    told = changed_by_hand | {"spec": json.dumps(spec)}
    assert session.show(run.assign_attrs(told)).startswith("wanted ")
    assert describe(session.experiment) == before and not session.opened
