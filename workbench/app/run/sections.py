"""The parts of the left panel: one for signal, operator, noise, prior and algorithm, each with what it can tell."""

from collections.abc import Container, Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench import catalog, data
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.lit import place_of
from workbench.app.toolkit.member_menu import MemberMenu
from workbench.app.toolkit.overtaken import hear
from workbench.app.toolkit.widgets import PageControl
from workbench.app.toolkit.words import Words
from workbench.data import Measured, Shipped, Source
from workbench.experiment import Experiment
from workbench.figures.colours import ERROR
from workbench.live import finding
from workbench.live.address import file_name
from workbench.live.controls import Quiet
from workbench.live.session import Session
from workbench.live.throttle import Throttle
from workbench.noise import Gaussian
from workbench.paths import Form
from workbench.refusal import Refusal
from workbench.tuning.informed import maps_in, without_maps

TITLES = {"truth": "Signal", **{kind: kind.capitalize() for kind in catalog.KINDS}}
SELECT = {"& .MuiInputBase-input": {"py": "6px"}}
# Of a signal only the size is chosen beside its name; a file is opened elsewhere.
_FILE = ("name", "path", "variable", "window")
_PAINTED = ("regions", "values")  # with the hand
ELSEWHERE = frozenset(
    f"truth.{name}" for name in (*_FILE, *(f"signal.{n}" for n in _FILE), *_PAINTED, "array", "data", "units", "notes")
)
_NONE = "none"
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
        update(self.button, visible=found is not None, label=found[0] if found else "")
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
    """lambda beside the weight, where it has a meaning; of a prior with a map, the pinned run whose edges it takes."""

    def __init__(self, kind: str, session: Session, throttle: Throttle, hidden: Container[str] = ELSEWHERE) -> None:
        self.edges = pmui.Select(
            label="edges from a pinned run", options={_NONE: None}, value=None, size="small", margin=(7, 0, 2, 0),
            sizing_mode="stretch_width", sx=SELECT, visible=False, description="they cost less in the map of the prior",
        )  # fmt: skip
        self._taken: tuple[int, object] | None = None  # the pin, and the prior with its edges
        self._quiet = Quiet()
        super().__init__(kind, session, throttle, hidden)
        self.element.insert(1, self.edges)
        hear(self.edges, lambda key: self._take(throttle, key), self._quiet)

    def _remark(self) -> None:
        value = regularisation(self._session.experiment)
        said = "" if value is None else f"λ = weight · σ² = {value:.4g}, in |Ax − y|²/2 + λ R(x)"
        prior, pins = self._session.experiment.prior, self._session.pins.all
        maps = maps_in(prior)
        if maps and not pins:
            said += "\n" * bool(said) + "Pin a run to take its edges: they then cost less here."
        self.aside.say(said)
        kept = self._taken is not None and self._taken[1] is prior and any(pin.key == self._taken[0] for pin in pins)
        chosen = self._taken[0] if self._taken is not None and kept else None
        options = {_NONE: None} | {pin.label: pin.key for pin in pins}
        with self._quiet:
            update(self.edges, options=options, value=chosen, visible=bool(maps and pins))

    def _take(self, throttle: Throttle, key: int | None) -> None:
        """A pin whose edges the map takes, or none."""
        session = self._session
        prior = session.experiment.prior
        try:
            made = session.pins.informed(key, prior) if key is not None else without_maps(prior)
        except Refusal as sentence:
            self.aside.say(str(sentence))
            return
        self._taken = None if key is None else (key, made)
        throttle.ask(self.kind, made)


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
            sx=SELECT,
        )
        self.complaint, self._quiet = Words(ERROR), Quiet()
        super().__init__(kind, session, throttle, hidden)
        self.element[:0] = [self.select, self.complaint.element]
        self.element.css_classes = [place_of(kind)]
        hear(self.select, lambda name: self._choose(throttle, name), self._quiet)

    def _choose(self, throttle: Throttle, name: str) -> None:
        if name is not None:
            throttle.ask(self.kind, name)

    def refresh(self) -> None:
        super().refresh()
        chosen = self._session.experiment.source.bare
        groups: dict[str, list[str]] = {}
        measured = isinstance(chosen, Measured)
        if not isinstance(chosen, Shipped):
            kept = "your data" if measured else "your file"
            groups["example" if chosen.example else kept] = [_own_name(chosen)]
        for name in data.names():
            groups.setdefault(data.info(name).kind, []).append(name)
        value = chosen.name if isinstance(chosen, Shipped) else _own_name(chosen)
        with self._quiet:
            update(self.select, groups=groups, value=value, description=_WITHOUT_TRUTH if measured else _WITH_TRUTH)
        self.complaint.say(self._session.errors.get(self.kind, ""))

    def _remark(self) -> None:
        """What a signal is, and what reading a file did to it."""
        chosen = self._session.experiment.source.bare
        title = (data.example_info(chosen.example).title,) if chosen.example else ()
        said = (*title, *self._session.loaded.notes, *self._session.experiment.remarks(self._session.loaded.tensor))
        self.aside.say(data.info(chosen.name).title if isinstance(chosen, Shipped) else "; ".join(said))


SECTIONS: dict[str, type[Section]] = {
    "truth": Signals,
    "operator": Finds,
    "noise": Finds,
    "prior": Priors,
    "algorithm": Methods,
}


def _own_name(source: Any) -> str:
    if source.example:
        return source.example
    return source.name if isinstance(source, Measured) else file_name(source) or "a file"


def update(widget: pn.viewable.Viewable, **values: Any) -> None:
    """Set what differs."""
    fresh = {name: value for name, value in values.items() if getattr(widget, name) != value}
    if fresh:
        widget.param.update(**fresh)
