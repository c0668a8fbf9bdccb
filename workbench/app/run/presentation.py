"""The page for a room: two pictures, one plot and a few controls in large type, transport in a strip below."""

from collections.abc import Callable, Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.app.run.curves import Curves
from workbench.app.run.large_picture import SMALL_SCREEN, LargePicture
from workbench.app.run.timeline import Timeline
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.tab import View
from workbench.app.toolkit.words import Words
from workbench.live.controls import Ask
from workbench.live.frames import Frame, ProblemPictures
from workbench.live.played.standing import usable
from workbench.live.session import Session
from workbench.live.studies.intervals import IntervalStudy

USUAL = ("prior.weight", "operator.width", "operator.angles", "operator.keep", "noise.sigma")
_ICONS = {"Play": "play_arrow", "Pause": "pause", "Step": "skip_next", "Reset": "replay"}
# Type whose small letters are 1.5 % of the height of a projector, 1024 x 768, and grow with a larger screen.
_LARGE = """
:host { zoom: 1.85; box-sizing: border-box; padding-right: 6px; }
@media (min-height: 1000px) { :host { zoom: 2.5; } }
@media (max-width: 640px) { :host { zoom: 1.15; } }
"""
_STRIP = """
:host { position: sticky; bottom: 0; z-index: 4; padding-top: 4px; flex: none; --now: max(23px, 3vh);
  background: var(--mui-palette-background-default, Canvas); }
"""
_ABOVE = ":host { flex: none; }"
_CONTROLS = f"""
:host {{ flex: 1 1 300px; min-width: 0; max-height: 48vh; overflow: hidden auto; }}
{SMALL_SCREEN} {{ :host {{ max-height: none; }} }}
"""
# The theme gives the words of axes in parts of this size.
_PLOT = ":host { flex: 1 1 200px; min-height: 220px; --bokeh-font-size: max(25px, 3.3vh); }"
_NARROW = {"@media (max-width: 400px)": {"px": "3px", "minWidth": 0, "letterSpacing": 0}}
_WHOLE = ":host { height: 100vh; height: 100dvh; overflow-y: auto; }"


class Presentation(View):
    """`paths` are those of the controls that the lecturer has chosen; `leave` is the button back to the whole page."""

    title = "Presentation"

    def __init__(
        self, session: Session, opened: Callable[[], None], ask: Ask, paths: tuple[str, ...], timeline: Timeline
    ) -> None:
        super().__init__(session, opened)
        intervals = session.companion(IntervalStudy)
        self.left, self.right = (LargePicture(name, intervals) for name in ("Data", "Reconstruction"))
        self.curves = Curves("Objective", "plot", large=True)
        self.panel = FormPanel(session.form, ask, paths or USUAL)
        self.words, self.timeline = Words(), timeline
        self.buttons = {
            name: pmui.Button(label=name, icon=icon, variant="text", size="small", margin=0, sx=_NARROW)
            for name, icon in _ICONS.items()
        }
        for name, button in self.buttons.items():
            button.on_click(lambda event, wish=getattr(session, name.lower()): self._press(wish))
        self.leave = pmui.Button(
            label="Leave", icon="close_fullscreen", variant="text", size="small", margin=0, sx=_NARROW
        )
        controls = pmui.Column(
            self.words.element, self.curves.select, self.panel.element, sizing_mode="stretch_width", margin=0,
            stylesheets=[_LARGE],
        )  # fmt: skip
        beside = pmui.Column(controls, margin=(0, 0, 0, 8), stylesheets=[_CONTROLS])
        above = pmui.FlexBox(
            self.left.element, self.right.element, beside, sizing_mode="stretch_width", margin=0, stylesheets=[_ABOVE]
        )
        plot = pmui.Column(self.curves.pane, sizing_mode="stretch_both", margin=0, stylesheets=[_PLOT])
        self._transport = pmui.Row(*self.buttons.values(), self.leave, margin=0, stylesheets=[_LARGE])
        parts, sides = (self._transport, timeline.strip), {"align_items": "center", "sizing_mode": "stretch_width"}
        strip = pmui.FlexBox(*parts, **sides, margin=0, stylesheets=[_STRIP])
        self._whole = pmui.Column(above, plot, strip, sizing_mode="stretch_both", margin=0, stylesheets=[_WHOLE])
        self.element = self._whole

    def place_above(self, part: pn.viewable.Viewable) -> None:
        """Let something stand above the pictures."""
        self._whole.insert(0, part)

    def place_below(self, part: pn.viewable.Viewable) -> None:
        """Let something stand in the strip, beside the transport."""
        self._transport.append(part)

    def show_pictures(self, pictures: ProblemPictures) -> None:
        for each in (self.left, self.right):
            each.show_pictures(pictures)
        self.curves.offer(self.session.job.recorder.quantities)

    def move(self, frame: Frame) -> None:
        for each in (self.left, self.right):
            each.show_frame(frame, words=False)

    def show_frame(self, frame: Frame) -> None:
        for each in (self.left, self.right):
            each.show_frame(frame)
        self.curves.show(frame)
        self.timeline.show_frame(frame)
        for name, button in self.buttons.items():
            if button.disabled is (name in usable(frame)):
                button.disabled = name not in usable(frame)
        quality = frame.at_k("psnr")
        self.words.say(f"k = {frame.pictured}" + ("" if quality is None else f", {quality:.2f} dB"))

    def refresh(self) -> None:
        self.panel.refresh(self.session.form, self.session.errors)

    def arrange(self, show: str, settings: Mapping[str, Any]) -> None:
        """A lesson's step chooses a tab; here there is none."""

    def _press(self, wish: Callable[[], None]) -> None:
        wish()
        self.opened()
