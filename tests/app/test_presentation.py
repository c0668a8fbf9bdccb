"""The page for a room and what an address lets be seen: names, mistakes, controls, pictures, the way in and out."""

import numpy as np
import pytest

from tests.app.conftest import frame
from workbench.app.page.workbench import Workbench
from workbench.app.run.presentation import USUAL
from workbench.app.toolkit.audience import EVERYBODY, Audience
from workbench.app.views import VIEWS
from workbench.live.session import Session

TABS = [view.title for view in VIEWS]


def read(query: str) -> Audience:
    return Audience.read(query, TABS)


def test_an_address_says_what_is_seen_and_says_it_again():
    found = read("?truth=camera&present=1&only=prior.weight,compare&hide=Device,Python")
    assert found.present and found.paths == ("prior.weight",)
    assert found.address == "&present=1&only=prior.weight,compare&hide=device,python"
    assert read(found.address.removeprefix("&")) == found
    assert read("truth=camera") == EVERYBODY and EVERYBODY.address == ""


@pytest.mark.parametrize(
    "audience, seen, unseen",
    [
        (Audience(), ("prior", "prior.weight", "seed"), ()),
        (Audience(only=("prior.weight",)), ("prior.weight",), ("prior", "prior.weights", "seed", "noise.sigma")),
        (Audience(only=("prior",)), ("prior", "prior.weight"), ("noise", "noise.sigma")),
        (Audience(hide=("prior",)), ("noise",), ("prior", "prior.weight")),
        (Audience(hide=("prior.weight",)), ("prior", "prior.isotropic"), ("prior.weight",)),
        (Audience(only=("prior",), hide=("prior.weight",)), ("prior",), ("prior.weight",)),
        (Audience(only=("compare",)), ("prior", "seed"), ()),
    ],
)
def test_only_and_hide(audience, seen, unseen):
    assert all(audience.shows(path) for path in seen)
    assert not any(audience.shows(path) for path in unseen)


def test_tabs_are_named_by_their_titles():
    assert read("only=pictures,spectrum").tab("Spectrum") and not read("only=pictures,spectrum").tab("Network")
    assert read("hide=network").tab("Spectrum") and not read("hide=network").tab("Network")
    assert all(read("only=prior.weight").tab(title) for title in TABS)


@pytest.mark.parametrize(
    "query, word", [("only=priors.weight", "priors.weight"), ("hide=<b>", "<b>"), ("present=yes", "present=1")]
)
def test_a_mistake_is_said_and_takes_nothing_with_it(query, word, small):
    found = read(f"{query}&hide=seed" if "hide" not in query else query)
    assert word in found.complaint and not found.present and not found.only
    app = Workbench(Session(small), found)
    assert word in app.alert.title
    app.close()


def test_controls_and_tabs_follow_the_address(small):
    app = Workbench(Session(small), read("only=prior.weight,operator,pictures,spectrum&hide=operator.width"))
    assert [view.title for view in app.views] == ["Pictures", "Spectrum"]
    assert set(app.choices.sections) == {"operator", "prior"} and not app.choices.plain
    assert set(app.choices.sections["prior"].controls) == {"prior.weight"}
    assert "operator" in app.choices.sections["operator"].controls
    assert "operator.width" not in app.choices.sections["operator"].controls
    app.close()
    bare = Workbench(Session(small), read("hide=" + ",".join(TABS)))
    assert [view.title for view in bare.views] == ["Pictures"]
    bare.close()


@pytest.fixture
def app(session: Session) -> Workbench:
    return Workbench(session, read("present=1&only=prior.weight,noise.sigma"))


def test_a_room_sees_the_chosen_controls_and_they_act(app):
    room = app.presentation
    assert app.seen is room and set(room.panel.controls) == {"prior.weight", "noise.sigma"}
    assert room.element in app.layout.page.main[0].objects and app.tabs.element not in app.layout.page.main[0].objects
    room.panel.controls["prior.weight"].typed.value = "3.5"
    app.choices.throttle.flush()
    assert app.session.experiment.prior.weight == 3.5
    assert "present=1&only=prior.weight,noise.sigma" in app.connection.bar.search


def test_without_a_choice_the_usual_ones_are_there(session):
    app = Workbench(session, read("present=1"))
    assert set(app.presentation.panel.controls) <= set(USUAL) and "prior.weight" in app.presentation.panel.controls


def test_in_and_out(app):
    app.present(False)
    assert app.seen is app.views[0] and app.tabs.element in app.layout.page.main[0].objects
    assert not app.stage.presenting and "present" not in app.connection.bar.search
    app.stage.narrow = 1  # a phone asks, before the page is built
    assert app.seen is app.views[0]
    app._ready = True
    app.stage.narrow = 2
    assert app.seen is app.presentation and app.stage.presenting
    app.presentation.leave.clicks += 1
    assert app.seen is app.views[0]


def test_two_pictures_of_four(app):
    room = app.presentation
    room.show_frame(frame())
    assert len(room.right.panel._grey.data["image"]) == 1
    assert room.words.sentence == "k = 3, 1.00 dB"
    shown = room.left.panel._grey.data["image"][0].copy()
    room.left.menu.value = "Truth"
    assert not np.array_equal(room.left.panel._grey.data["image"][0], shown)
    room.left.menu.value = "Error"
    assert room.left.panel.palette is not room.right.panel.palette
    assert room.buttons["Play"].disabled and not room.buttons["Pause"].disabled
