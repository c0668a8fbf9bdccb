"""What is changed at once is one message, and a browser that knows what it was sent before understands it."""

from collections.abc import Iterator
from contextlib import contextmanager

import panel as pn
import panel_material_ui as pmui
import pytest
from bokeh.core.serialization import UnknownReferenceError
from bokeh.document import Document
from bokeh.document.events import (
    ColumnDataChangedEvent,
    DocumentChangedEvent,
    DocumentPatchedEvent,
    ModelChangedEvent,
)
from bokeh.model import Model
from bokeh.models import ColumnDataSource, LinearColorMapper, Range
from bokeh.plotting import figure
from bokeh.protocol.messages.patch_doc import patch_doc
from panel.io.state import set_curdoc
from panel.models.esm import ReactComponent
from panel.models.markup import HTML

from tests.app.test_session import reached
from workbench.app.compare import view
from workbench.app.page import workbench
from workbench.app.page.one_message import one_message
from workbench.live.pins.beside import pin
from workbench.live.session import Session


class Page:
    """A row, and what a browser is sent of it: `read` does as the browser does, and finds its texts."""

    def __init__(self, document: Document) -> None:
        self.row, self._sent = pmui.Row(pn.pane.HTML("first")), list[DocumentPatchedEvent]()
        document.add_root(self.row.get_root(document))
        self._browser = Document.from_json(document.to_json())
        document.on_change(lambda event: self._sent.append(event) if isinstance(event, DocumentPatchedEvent) else None)

    def read(self) -> list[str]:
        self._browser.apply_json_patch(patch_doc.create(self._sent).payload)
        self._sent.clear()
        return [part.text for part in self.parts if isinstance(part, HTML)]

    @property
    def parts(self) -> list[Model]:
        [root] = self._browser.roots
        assert isinstance(root, ReactComponent)
        return root.data.objects


@pytest.fixture
def document(monkeypatch: pytest.MonkeyPatch) -> Iterator[Document]:
    """That of a page which a browser has."""
    made = Document()
    monkeypatch.setitem(pn.state._connected, made, True)
    monkeypatch.setitem(pn.state._thread_id_, made, pn.state._current_thread)
    with set_curdoc(made):
        yield made


@pytest.fixture
def page(document: Document) -> Page:
    return Page(document)


def come_and_gone(page: Page) -> None:
    words = pn.pane.HTML("waiting")
    page.row[:] = [words]
    words.object = "no longer"
    page.row[:] = [pn.pane.HTML("found")]


def test_words_that_come_and_go_at_once_are_not_spoken_of(page: Page) -> None:
    with one_message():
        come_and_gone(page)
    assert page.read() == ["found"]


def test_held_by_panel_alone_the_same_is_not_understood(page: Page) -> None:
    """So the test above is one: the day that this fails, `one_message` is not needed any more."""
    with pn.io.hold():
        come_and_gone(page)
    with pytest.raises(UnknownReferenceError):
        page.read()


def test_a_new_part_goes_as_it_is_at_the_end(page: Page) -> None:
    source, words = ColumnDataSource({"x": [0.0]}), pn.pane.HTML("empty")
    plot = figure()
    plot.scatter("x", "x", source=source)
    with one_message():
        page.row[:] = [words, pn.pane.Bokeh(plot)]
        source.data = {"x": [1.0, 2.0]}
        words.object = "full"
    assert page.read() == ["full"]
    [drawn] = page.parts[1].select({"type": ColumnDataSource})
    assert isinstance(drawn, ColumnDataSource)
    assert list(drawn.data["x"]) == [1.0, 2.0]
    with one_message():
        source.stream({"x": [3.0]})
        words.object = "fuller"
    assert page.read() == ["fuller"]
    assert list(drawn.data["x"]) == [1.0, 2.0, 3.0]


@pytest.fixture
def alone(document: Document, monkeypatch: pytest.MonkeyPatch) -> list[DocumentPatchedEvent]:
    """What is changed of plots outside of the messages of page and Compare, once the test has cleared it."""
    held, found = list[int](), list[DocumentPatchedEvent]()

    @contextmanager
    def noted() -> Iterator[None]:
        held.append(1)
        with one_message():
            yield
        held.pop()

    def heard(event: DocumentChangedEvent) -> None:
        plots = ColumnDataSource | LinearColorMapper | Range
        if (
            isinstance(event, ColumnDataChangedEvent | ModelChangedEvent)
            and isinstance(event.model, plots)
            and not held
        ):
            found.append(event)

    for module in (workbench, view):
        monkeypatch.setattr(module, "one_message", noted)
    document.on_change(heard)
    return found


def known(app: workbench.Workbench, document: Document, alone: list[DocumentPatchedEvent]) -> None:
    """A browser has the page, and a run that is over."""
    document.add_root(app.layout.page.get_root(document))
    app.session.play()
    reached(app.session, 20)
    app._begin()
    app.beat()
    document.to_json()
    alone.clear()


def test_a_room_s_picture_is_filled_in_the_message_that_brings_it(
    session: Session, document: Document, alone: list[DocumentPatchedEvent]
) -> None:
    """Alone it would go Bokeh's way, which overtakes Panel's: the browser would not know what is filled."""
    app = workbench.Workbench(session)
    known(app, document, alone)
    app.present(True)
    app.close()
    assert not alone


def test_a_choice_in_compare_is_drawn_in_one_message(
    session: Session, document: Document, alone: list[DocumentPatchedEvent]
) -> None:
    """Panel may pass it on without the document's lock, and then Bokeh refuses what is changed outside of one."""
    app = workbench.Workbench(session)
    compare = app.view(view.CompareView)
    known(app, document, alone)
    app.turn_to(view.CompareView)
    pin(session)
    for _ in range(3):
        app._due = 0.0
        app.beat()
    document.to_json()
    alone.clear()
    for mode in ("differences", "divider", "pictures"):
        compare.mode.value = mode
    app.close()
    assert not alone
