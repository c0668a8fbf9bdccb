"""The left panel: signal, operator, noise, prior and algorithm, each with its parameters; steps, seed, device."""

from collections.abc import Callable, Container, Mapping
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from workbench import catalog, data, devices
from workbench.app.members import MemberGallery
from workbench.app.run.formulation_bar import FormulationBar
from workbench.app.toolkit.audience import EVERYBODY, Audience, LeftOut
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.lit import place_of
from workbench.app.toolkit.member_menu import MemberMenu
from workbench.app.toolkit.widgets import Automatic, PageControl
from workbench.app.toolkit.words import Words
from workbench.data import ExampleScan, Measured, Shipped, Source
from workbench.experiment import Experiment
from workbench.figures.colours import ERROR
from workbench.live import finding
from workbench.live.address import RULE, file_name
from workbench.live.frames import Frame
from workbench.live.members.member_cards import PICTURED
from workbench.live.session import Session
from workbench.live.throttle import Throttle
from workbench.noise import Gaussian
from workbench.paths import Form
from workbench.refusal import Refusal

_LABEL = {RULE: "end the run by"}
TITLES = {"truth": "Signal", **{kind: kind.capitalize() for kind in catalog.KINDS}}
_SELECT = {"& .MuiInputBase-input": {"py": "6px"}}
# Of a signal only the size is chosen beside its name; a file is opened elsewhere.
_FILE = ("name", "path", "variable", "window")
ELSEWHERE = frozenset(
    f"truth.{name}" for name in (*_FILE, *(f"signal.{n}" for n in _FILE), "array", "data", "units", "notes")
)
_WITH_TRUTH = "a signal with a truth to compare with, shipped or your own"
_WITHOUT_TRUTH = "data that were measured: there is no truth to compare with"


class Section:
    """One part of the experiment: its menu, its controls, and a remark."""

    def __init__(self, kind: str, session: Session, throttle: Throttle, hidden: Container[str] = ELSEWHERE) -> None:
        self.kind, self._session = kind, session
        self.aside = Words()
        self.panel = FormPanel(session.form, throttle.ask, (kind,), self._why, TITLES, hidden)
        self.element = pmui.Column(self.panel.element, self.aside.element, sizing_mode="stretch_width", margin=0)
        self.refresh()

    @property
    def controls(self) -> dict[str, PageControl]:
        """By their paths."""
        return self.panel.controls

    @property
    def menu(self) -> MemberMenu:
        menu = self.controls[self.kind]
        assert isinstance(menu, MemberMenu)
        return menu

    def refresh(self) -> None:
        """Follow the session: options, choice, parameters, and what is wrong."""
        self.panel.refresh(self._session.form, self._session.errors)
        self._remark()

    def _why(self, form: Form, path: str) -> Mapping[str, str]:
        """The members that can stand at a path, as far as it is known, in the order in which they are offered."""
        return self._session.reasons(path)

    def _remark(self) -> None:
        """Say what stands below the controls, where there is something to say."""


class Finds(Section):
    """A number that measured data tell, for one click; below, how it was found."""

    def __init__(self, kind: str, session: Session, throttle: Throttle, hidden: Container[str] = ELSEWHERE) -> None:
        self.button = pmui.Button(
            label="", variant="text", size="small", margin=0, visible=False, on_click=lambda event: self._find(throttle)
        )
        self._of: Source | None = None  # what it was found of
        super().__init__(kind, session, throttle, hidden)
        self.element.insert(1, self.button)

    def _remark(self) -> None:
        found = finding.suited(self.kind, self._session.experiment)
        _update(self.button, visible=found is not None, label=found[0] if found else "")
        if found is None or self._of is not self._session.experiment.source:
            self.aside.say("")

    def _find(self, throttle: Throttle) -> None:
        found = finding.suited(self.kind, self._session.experiment)
        if found is None:
            return
        try:
            path, value, said = found[1](self._session.experiment, self._session)
        except Refusal as sentence:
            self.aside.say(str(sentence))
            return
        throttle.ask(path, value)
        self._of = self._session.experiment.source
        self.aside.say(said)


class Priors(Section):
    """lambda beside the weight, where it has a meaning."""

    def _remark(self) -> None:
        value = regularisation(self._session.experiment)
        self.aside.say("" if value is None else f"λ = weight · σ² = {value:.4g}, in |Ax − y|²/2 + λ R(x)")


class Methods(Section):
    """The method that suits the problem first, and why; below, what the run found of it."""

    def __init__(self, kind: str, session: Session, throttle: Throttle, hidden: Container[str] = ELSEWHERE) -> None:
        self.offered = Words()
        super().__init__(kind, session, throttle, hidden)
        self.element.insert(1, self.offered.element)

    def _why(self, form: Form, path: str) -> Mapping[str, str]:
        reasons, suited = super()._why(form, path), self._session.suited()
        first = type(suited.algorithm).__name__ if suited and path == self.kind else ""
        return {first: reasons[first], **reasons} if first in reasons else reasons

    def _remark(self) -> None:
        suited = self._session.suited()
        self.offered.say(f"Offered first: {suited.why}." if suited else "")


def regularisation(experiment: Experiment) -> float | None:
    """lambda = weight sigma^2, for |Ax - y|^2 / 2 + lambda R, where noise and prior have such numbers."""
    weight, noise = getattr(experiment.prior, "weight", None), experiment.noise
    return weight * noise.sigma**2 if weight is not None and isinstance(noise, Gaussian) else None


class Signals(Section):
    """The menu of signals, grouped by what they are, with a person's own file or data in front once there are any."""

    def __init__(self, kind: str, session: Session, throttle: Throttle, hidden: Container[str] = ELSEWHERE) -> None:
        self.select = pmui.Select(
            label=TITLES[kind],
            size="small",
            margin=(7, 0, 2, 0),
            sizing_mode="stretch_width",
            sx=_SELECT,
        )
        self.complaint, self._following = Words(ERROR), False
        super().__init__(kind, session, throttle, hidden)
        self.element[:0] = [self.select, self.complaint.element]
        self.element.css_classes = [place_of(kind)]
        self.select.param.watch(lambda event: self._choose(throttle, event.new), "value")

    def _choose(self, throttle: Throttle, name: str) -> None:
        if not self._following and name is not None:
            throttle.ask(self.kind, name)

    def refresh(self) -> None:
        super().refresh()
        chosen = self._session.experiment.source
        groups: dict[str, list[str]] = {}
        measured = isinstance(chosen, Measured)
        if not isinstance(chosen, Shipped):
            groups["your data" if measured else "your file"] = [_own_name(chosen)]
        for name in data.names():
            groups.setdefault(data.info(name).kind, []).append(name)
        value = chosen.name if isinstance(chosen, Shipped) else _own_name(chosen)
        self._following = True
        _update(self.select, groups=groups, value=value, description=_WITHOUT_TRUTH if measured else _WITH_TRUTH)
        self._following = False
        self.complaint.say(self._session.errors.get(self.kind, ""))

    def _remark(self) -> None:
        """What a signal is, and what reading a file did to it."""
        chosen = self._session.experiment.source
        title = (data.example_info(chosen.data).title,) if isinstance(chosen, ExampleScan) else ()
        said = (*title, *self._session.loaded.notes, *chosen.remarks(self._session.experiment.operator))
        self.aside.say(data.info(chosen.name).title if isinstance(chosen, Shipped) else "; ".join(said))


_SECTIONS: dict[str, type[Section]] = {
    "truth": Signals,
    "operator": Finds,
    "noise": Finds,
    "prior": Priors,
    "algorithm": Methods,
}


class Choices:
    """All sections; `refresh` after every wish. What the `audience` does not see is left out of the page."""

    def __init__(self, session: Session, told: Callable[[], None], audience: Audience = EVERYBODY) -> None:
        self._session, self._told = session, told
        self.throttle = Throttle(self._grant)
        kinds, hidden = [k for k in TITLES if audience.holds(k)], LeftOut(audience, ELSEWHERE)
        made = {k: _SECTIONS.get(k, Section)(k, session, self.throttle, hidden) for k in kinds}
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
            sx=_SELECT,
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
        """Grant what was asked for and had to wait; show the pictures of members that have been drawn."""
        self.throttle.flush()
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


def _own_name(source: Any) -> str:
    return source.name if isinstance(source, Measured) else file_name(source) or "a file"


def _update(widget: pn.viewable.Viewable, **values: Any) -> None:
    """Set what differs."""
    fresh = {name: value for name, value in values.items() if getattr(widget, name) != value}
    if fresh:
        widget.param.update(**fresh)
