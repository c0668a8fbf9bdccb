"""Where the parts of a page stand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import panel as pn
import panel_material_ui as pmui

from workbench.app.lessons.notebook_list import NotebookList
from workbench.app.page.around_tabs import LEFTOVER, AroundTabs
from workbench.app.page.echo import Echo
from workbench.app.page.placeholders import Placeholders
from workbench.app.page.qr_code import QrCode
from workbench.app.page.shell import shell
from workbench.app.run.transport import IN_BAR
from workbench.app.standing.narrow import LOOSE
from workbench.app.toolkit.plot_saver import PlotSaver

if TYPE_CHECKING:
    from workbench.app.page.workbench import Workbench

# Beside the tabs where there is room, else in a row above them.
_BAR = """
:host { position: absolute; right: 8px; z-index: 2; }
@media (max-width: 1360px) { :host { position: static; flex-wrap: wrap; } }
"""


class PageLayout:
    """The `page` of a workbench: transport above, choices on the left, tabs, the time line, and the `curves` below.

    Shown to a room, the presentation takes the place of all that.
    """

    def __init__(self, app: "Workbench", places: Placeholders, echo: Echo) -> None:
        self.curves = places.place(app.convergence.element, "the curves", sizing_mode="stretch_both", min_height=190)
        self.curves.param.update(css_classes=[LEFTOVER], stylesheets=[LOOSE])
        tools = [tool for view in app.views for tool in view.tools]
        bar = pmui.Row(app.transport.pace, *tools, app.take.element, margin=0, stylesheets=[_BAR])
        lesson, notice = app.teaching.bar.element, app.notice.element
        self._lesson = app.teaching.bar
        self._formulation = app.choices.formulation
        time = places.place(app.timeline.element)
        self._whole: list[pn.viewable.Viewable]
        self._whole = [lesson, self._formulation, places.place(bar), app.tabs.element, notice, time, self.curves]
        app.presentation.place_above(self._formulation)
        self._room = [lesson, app.presentation.element, notice]
        self._stage, self._connection, self.code = app.stage, app.connection, QrCode()
        self.notebooks = NotebookList()
        lists = [self.code, app.teaching.list, self.notebooks, app.upload.examples, app.choices.gallery, app.keyboard]
        windows = [each.window for each in lists]
        self._always = [*windows, app.keyboard.element, echo, app.connection.bar, app.stage, PlotSaver(), AroundTabs()]
        self._centre = pmui.Column(sizing_mode="stretch_both", margin=(0, 0, 4, 12), scroll="y-auto")
        left = [app.choices.element] + [app.upload.element] * app.audience.holds("truth")
        side = places.place(pmui.Column(*left, sizing_mode="stretch_width", margin=0), "the controls")
        room = pmui.Button(
            label="Present", icon="slideshow", variant="text", size="small", margin=(0, 2), align="center", sx=IN_BAR
        )
        room.on_click(lambda event: app.present(True))
        app.presentation.place_below(self._code_button({"@media (max-width: 640px)": {"display": "none"}}))
        rest = room, self._code_button(IN_BAR), app.teaching.list.button, self.notebooks.button
        header = pmui.Row(app.transport.element, *rest, sizing_mode="stretch_width", margin=0)
        self.page = shell(header, self._centre, side)
        self.present(app.audience.present)

    def show_code(self) -> None:
        """The QR code of the page as it is now, or away with it."""
        self.code.toggle(self._connection.address)

    def _code_button(self, look: Mapping[str, object]) -> pmui.IconButton:
        words = "QR code of this page"
        button = pmui.IconButton(
            icon="qr_code_2", size="small", margin=(0, 2), align="center", description=words, sx=dict(look)
        )
        button.on_click(lambda event: self.show_code())
        return button

    def present(self, on: bool) -> None:
        """Show it to a room, or whole."""
        self._formulation.large = on
        self._lesson.enlarge(on)
        self._centre[:] = [*(self._room if on else self._whole), *self._always]
        self.page.sidebar_open = not (on or self._stage.cramped)
