"""The left panel: signal, operator, noise, prior and algorithm, each with its parameters; steps, seed, device."""

from collections.abc import Callable
from typing import Any

import numpy as np
import panel_material_ui as pmui

from workbench import devices
from workbench.app.members import MemberGallery
from workbench.app.run.formulation_bar import FormulationBar
from workbench.app.run.sections import ELSEWHERE, SECTIONS, SELECT, TITLES, Section
from workbench.app.toolkit.audience import EVERYBODY, Audience, LeftOut
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.member_menu import MemberMenu
from workbench.app.toolkit.widgets import Automatic
from workbench.live.address import RULE
from workbench.live.frames import Frame
from workbench.live.members.member_cards import PICTURED
from workbench.live.session import Session
from workbench.live.throttle import Throttle

_LABEL = {RULE: "end the run by"}


class Choices:
    """All sections; `refresh` after every wish. What the `audience` does not see is left out of the page."""

    def __init__(self, session: Session, told: Callable[[], None], audience: Audience = EVERYBODY) -> None:
        self._session, self._told, self._pins = session, told, session.pins.version
        self.throttle = Throttle(self._grant)
        kinds, hidden = [k for k in TITLES if audience.holds(k)], LeftOut(audience, ELSEWHERE)
        made = {k: SECTIONS.get(k, Section)(k, session, self.throttle, hidden) for k in kinds}
        self.sections: dict[str, Section] = made
        self.gallery = MemberGallery(session, self.throttle.ask)
        self.formulation = FormulationBar(session)
        for kind in PICTURED:
            menu = made[kind].controls.get(kind) if kind in made else None
            if isinstance(menu, MemberMenu):
                menu.put_beside(self.gallery.button(kind))
        plain = [n for n in ("steps", RULE, "seed") if audience.holds(n)]
        self.plain = {
            n: FormPanel(
                session.form, self.throttle.ask, (n,), lambda form, path: session.reasons(path), _LABEL, hidden
            )
            for n in plain
        }
        here = list(devices.available())
        self.device = pmui.Select(
            label="device",
            options=here,
            value=session.experiment.device,
            size="small",
            margin=(7, 0, 2, 12),
            disabled=len(here) == 1,
            width=95,
            sx=SELECT,
            description="where the run computes" + ("; this machine has no CUDA device" if len(here) == 1 else ""),
        )
        self.device.param.watch(lambda event: self.throttle.ask("device", event.new), "value")
        device = [self.device] * audience.shows("device")
        last = [*(panel.element for name, panel in self.plain.items() if name == "seed"), *device]
        self.element = pmui.Column(
            *(s.element for s in self.sections.values()),
            *(panel.element for name, panel in self.plain.items() if name != "seed"),
            pmui.Row(*last, sizing_mode="stretch_width", margin=0),
            sizing_mode="stretch_width",
            margin=(2, 12),
        )
        self.refresh()

    def refresh(self) -> None:
        """Follow the session."""
        for section in self.sections.values():
            section.refresh()
        for each in self.plain.values():
            each.refresh(self._session.form, self._session.errors)
        self.formulation.refresh()

    def beat(self) -> None:
        """Grant what was asked for and had to wait; show pins, and the pictures of members that have been drawn."""
        self.throttle.flush()
        if self._pins != self._session.pins.version and "prior" in self.sections:
            self._pins = self._session.pins.version
            self.sections["prior"].refresh()
        self.gallery.beat()
        self.formulation.beat()

    def close(self) -> None:
        """The person has gone: no member is drawn any more."""
        self.gallery.close()
        self.formulation.close()

    def found(self, frame: Frame) -> None:
        """What the run has found: the step in use, where its slider starts, the largest safe one, and L."""
        section = self.sections.get("algorithm")
        if section is None:
            return
        each, steps = section.controls.get("algorithm.step_size"), frame.curves.get("step_size")
        if isinstance(each, Automatic):
            each.found = float(steps[-1]) if steps is not None and len(steps) and np.isfinite(steps[-1]) else None
            each.shade(frame.largest_step)
        section.aside.say(_constants(frame))

    def _grant(self, path: str, value: Any) -> None:
        self._session.set(path, value)
        self._changed()

    def _changed(self) -> None:
        self.refresh()
        self._told()


def _constants(frame: Frame) -> str:
    constant = "" if frame.lipschitz is None else f"Lipschitz constant L = {frame.lipschitz:.4g}"
    safe = "" if frame.largest_step is None else f"steps below {frame.largest_step:.3g} converge"
    stretched = ""
    if frame.expansion is not None:
        denoiser, residual, growth = frame.expansion
        stretched = f"here the denoiser stretches by {denoiser:.3g}, what it takes away by {residual:.3g}, "
        stretched += f"a step as a whole by {growth:.3g}: below 1 it converges"
    return "; ".join(filter(None, (constant, safe, stretched)))
