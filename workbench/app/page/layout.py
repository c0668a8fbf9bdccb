"""Where the parts of a page stand."""

from typing import TYPE_CHECKING

import panel_material_ui as pmui

from workbench.app.page.echo import Echo
from workbench.app.page.placeholders import Placeholders
from workbench.app.page.shell import shell

if TYPE_CHECKING:
    from workbench.app.page.workbench import Workbench

# Beside the tabs where there is room, else in a row above them.
_BAR = """
:host { position: absolute; right: 8px; z-index: 2; }
@media (max-width: 1360px) { :host { position: static; } }
"""


class PageLayout:
    """The `page` of a workbench: transport above, choices on the left, tabs, the time line, and the `curves` below."""

    def __init__(self, app: "Workbench", places: Placeholders, echo: Echo) -> None:
        self.curves = places.place(app.convergence.element, "the curves", sizing_mode="stretch_both", min_height=190)
        tools = [tool for view in app.views for tool in view.tools]
        bar = pmui.Row(app.transport.pace, *tools, app.take.element, margin=0, stylesheets=[_BAR])
        centre = pmui.Column(
            app.teaching.bar.element,
            app.teaching.list.window,
            app.choices.gallery.window,
            places.place(bar),
            app.tabs,
            app.notice.element,
            places.place(app.timeline.element),
            self.curves,
            echo,
            app.connection.bar,
            sizing_mode="stretch_both",
            margin=(0, 0, 4, 12),
        )
        left = [app.choices.element] + [app.upload.element] * ("truth" not in app.hidden)
        side = places.place(pmui.Column(*left, sizing_mode="stretch_width", margin=0), "the controls")
        header = pmui.Row(app.transport.element, app.teaching.list.button, sizing_mode="stretch_width", margin=0)
        self.page = shell(header, centre, side)
