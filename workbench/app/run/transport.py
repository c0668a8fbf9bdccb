"""Always on top: play, pause, step, reset, cancel, and how far the run is."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.app.run.notice import Remark
from workbench.app.standing.narrow import NARROW
from workbench.app.toolkit.overtaken import hear
from workbench.live.controls import Quiet
from workbench.live.frames import Frame
from workbench.live.pins import MOST
from workbench.live.pins.beside import pin
from workbench.live.played.standing import done, standing, usable
from workbench.live.session import Session
from workbench.refusal import Refusal

_ICONS = {"Play": "play_arrow", "Pause": "pause", "Step": "skip_next", "Reset": "replay", "Cancel": "stop"}
_PACES = {"full speed": 0.0, "30 / s": 30.0, "10 / s": 10.0, "3 / s": 3.0, "1 / s": 1.0}


def icon_alone(below: int) -> dict[str, dict[str, object]]:
    """On a page that is not so wide, px, the icon alone: the words stay for who hears them."""
    return {
        f"@media (max-width: {below}px)": {
            "fontSize": 0,
            "minWidth": 0,
            "px": "6px",
            NARROW: {"px": "3px"},
            "& .MuiButton-startIcon": {"mx": 0},
            "& .MuiButton-startIcon *": {"fontSize": "20px !important"},
        }
    }


ICON_ALONE = icon_alone(960)
IN_BAR = icon_alone(1180) | {"color": "inherit"}  # of the bar above, which is dark
_ROOM = f"{NARROW} {{ :host {{ display: none !important; }} }}"  # of what is said, none there: the time line tells it
_WHITE = ICON_ALONE | {"color": "inherit"} | {"&.Mui-disabled": {"color": "rgba(255,255,255,.45)"}}


class Transport:
    """The buttons, the pace, and one line of numbers with a bar; `remark` is told what there is to say."""

    def __init__(
        self,
        session: Session,
        told: Callable[[], None] = lambda: None,
        remark: Remark = lambda sentence, done=False: None,
    ) -> None:
        self._session, self._told, self._remark = session, told, remark
        wishes = (session.play, session.pause, session.step, session.reset, session.cancel)
        self._wishes: dict[str, Callable[[], None]] = dict(zip(_ICONS, wishes, strict=True))
        self.buttons = {
            name: pmui.Button(
                label=name,
                icon=icon,
                variant="text",
                size="small",
                margin=(0, 2),
                sx=_WHITE,
            )
            for name, icon in _ICONS.items()
        }
        for name, button in self.buttons.items():
            button.on_click(lambda event, name=name: self.press(name))
        self.pin = pmui.Button(
            label="Pin",
            icon="push_pin",
            variant="text",
            size="small",
            margin=(0, 2),
            sx=_WHITE,
        )
        self.pin.on_click(lambda event: self._keep())
        self.pace = pmui.Select(
            label="pace",
            options=_PACES,
            value=0.0,
            size="small",
            width=108,
            margin=(6, 4, 0, 0),
            description="slow motion",
            sx={"& .MuiInputBase-input": {"py": "4px", "pl": "8px", "pr": "24px !important"}},
        )
        self._quiet = Quiet()
        hear(self.pace, lambda rate: session.slow(rate or None), self._quiet)
        self.text = pn.pane.HTML("", margin=0, sizing_mode="stretch_width", height=18)
        self.bar = pmui.LinearProgress(
            value=0, color="light", variant="determinate", sizing_mode="stretch_width", margin=0, height=4
        )
        progress = pmui.Column(self.text, self.bar, sizing_mode="stretch_width", margin=(4, 12), stylesheets=[_ROOM])
        self.element = pmui.Row(
            *self.buttons.values(),
            self.pin,
            progress,
            sizing_mode="stretch_width",
            margin=0,
            align="center",
        )

    def go_at(self, rate: float) -> None:
        """Take a pace, in iterations a second; 0 for full speed."""
        with self._quiet:
            self.pace.value = rate
        self._session.slow(rate or None)

    def press(self, name: str) -> None:
        """Do what the button of that name does; a run that goes on beyond its end has another number of steps."""
        self._wishes[name]()
        self._told()

    def _keep(self) -> None:
        """Pin the run as it is seen; the page says under which name, or why not."""
        try:
            made = pin(self._session)
        except Refusal as sentence:
            self._remark(str(sentence))
            return
        count = len(self._session.pins.all)
        self._remark(
            f"Pinned as {made.label} ({count} of {MOST}): change what you like, and see the tab Compare.", done=True
        )

    def show_frame(self, frame: Frame) -> None:
        if self.bar.value != done(frame):
            self.bar.value = done(frame)
        for name, button in self.buttons.items():
            if button.disabled is (name in usable(frame)):
                button.disabled = name not in usable(frame)
        # After the buttons: browsers draw in turn, and who reads that a run ended should find its buttons changed.
        text = f"<div style='{_LINE}'>{line(frame)}</div>"
        if self.text.object != text:
            self.text.object = text


_LINE = "color:#fff;font-size:13px;line-height:18px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis"


def line(frame: Frame) -> str:
    """Where the run stands, its status in bold."""
    status, *rest = standing(frame)
    return " · ".join((f"<b>{status}</b>", *rest))
