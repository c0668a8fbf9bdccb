"""The page around everything: bar, side and middle, in colours of its own, and nothing from foreign hosts."""

from pathlib import Path

import panel as pn
import panel_material_ui as pmui
from panel.util.parameters import edit_readonly

from workbench.app.page.server import KEPT
from workbench.app.page.theme import THEME

_TEMPLATE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")


def shell(header: pn.viewable.Viewable, main: pn.viewable.Viewable, side: pn.viewable.Viewable) -> pmui.Page:
    """A page of three parts."""
    document = pn.state.curdoc
    if document is not None:
        # Panel asks a foreign host for its style sheets where a page is not built by a plain request for it.
        document.template_variables.update(dist_url="static/extensions/panel/", kept=KEPT)
    page = pmui.Page(
        title="Workbench",
        header=[header],
        main=[main],
        sidebar=[side],
        sidebar_width=300,
        busy_indicator=None,
        theme_config=THEME,
        template=_TEMPLATE,
    )
    # A page follows Panel's busy flag, which flips at every beat, and each flip walks the whole tree of models: 70 ms
    # of Python, seven times the solver's own time. Transport says what is busy here. Setting a value leaves the
    # watcher, which the state of the process would keep for good, and the page with it.
    with edit_readonly(page):
        page.busy = False
    for _, watcher in page._param__private.ref_watchers:
        pn.state.param.unwatch(watcher)
    return page
