"""Example scans from the page."""

from tests.app.test_session import reached
from workbench import example_scans
from workbench.app.page.workbench import Workbench
from workbench.data import ExampleScan, Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.session import Session


def test_a_slice_and_a_volume_open_from_the_list_play_and_fill_every_tab():
    session = Session(Experiment(Shipped("camera", 32), steps=3))
    app = Workbench(session)
    listed = app.upload.examples
    listed.button.clicks += 1
    assert listed.window.open and [row[0].disabled for row in listed.window.objects[:4]] == [False] * 4
    for name, row in zip(example_scans.names()[:2], listed.window.objects, strict=False):
        row[0].clicks += 1
        assert not listed.complaint.sentence and not listed.window.open
        assert isinstance(session.experiment.source, ExampleScan) and session.experiment.source.data == name
        assert app.choices.sections["truth"].select.value.startswith(name)
        session.pause()
        session.step(1)
        frame = reached(session, 1, Status.PAUSED)
        assert frame.image.shape == session.pictures().shape and frame.error is None
        for view in app.views:
            app.turn_to(type(view))
            app._draw(frame)
        listed.open()
    session.travel("example=tilt_series")
    assert session.experiment.source.data == "tilt_series" and not session.errors
    app.close()


def test_an_example_that_is_missing_says_what_brings_it_and_nothing_changes(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    session = Session(Experiment(Shipped("camera", 32), steps=3))
    listed = Workbench(session).upload.examples
    listed.open()
    assert all(row[0].disabled and "pip install" in row[1].object for row in listed.window.objects[1:3])
    listed.choose("bars")
    assert "flowdec" in listed.complaint.sentence and listed.window.open
    assert isinstance(session.experiment.source, Shipped)
    session.close()
