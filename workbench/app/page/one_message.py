"""All that is changed at once goes to the browser as one message, of nothing that the browser has not got."""

from collections.abc import Iterator
from contextlib import contextmanager

import panel as pn
from bokeh.document import Document
from bokeh.document.events import ColumnDataChangedEvent, ColumnsPatchedEvent, ColumnsStreamedEvent, ModelChangedEvent

_OF_A_MODEL = (ModelChangedEvent, ColumnDataChangedEvent, ColumnsPatchedEvent, ColumnsStreamedEvent)


@contextmanager
def one_message() -> Iterator[None]:
    """Hold what is changed inside, and send it together.

    Bokeh keeps of all changes of a property the last one alone, at the place of the first. So a part that comes and
    goes again in here is never sent; yet what is changed of it meanwhile would be, by a name that the browser does not
    know: there the whole message fails, and all that came with it. A new part goes whole, as it is when it is sent,
    within what it stands in: what is said of it besides is left out.
    """
    with pn.io.hold():
        try:
            yield
        finally:
            if pn.state.curdoc is not None:
                _leave_out_unknown(pn.state.curdoc)


def _leave_out_unknown(document: Document) -> None:
    """Freezing the document's models instead needs nothing of Bokeh's own, but then Panel asks a CDN for styles."""
    callbacks, new = document.callbacks, document.models._new_models
    callbacks._held_events = [
        held
        for held in callbacks._held_events
        if not isinstance(held, _OF_A_MODEL) or (held.model.document is document and held.model not in new)
    ]
