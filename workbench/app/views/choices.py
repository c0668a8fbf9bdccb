"""The left panel: signal, operator, noise, prior and algorithm, each with its parameters; steps, seed, device."""

import inspect
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench import catalog, data, devices
from workbench.app.address import file_name
from workbench.app.frames import Frame
from workbench.app.session import Session
from workbench.app.throttle import Throttle
from workbench.app.widgets import Automatic, Control, control
from workbench.app.words import ERROR, Words
from workbench.data import Measured, Shipped
from workbench.experiment import Experiment
from workbench.parameters import parameters
from workbench.paths import own_parameters

TITLES = {"truth": "Signal", **{kind: kind.capitalize() for kind in catalog.KINDS}}
_SELECT = {"& .MuiInputBase-input": {"py": "6px"}}


class Section:
    """A menu of one kind and the controls of the chosen member."""

    def __init__(self, kind: str, session: Session, throttle: Throttle, told: Callable[[], None]) -> None:
        self.kind, self._session, self._throttle, self._told = kind, session, throttle, told
        self.select = pmui.Select(
            label=TITLES[kind], size="small", margin=(7, 0, 2, 0), sizing_mode="stretch_width", sx=_SELECT
        )
        self.complaint, self.aside = Words(ERROR), Words()
        self.controls: dict[str, Control] = {}
        self._holder = pmui.Column(sizing_mode="stretch_width", margin=(0, 4))
        self.element = pmui.Column(
            self.select, self.complaint.element, self._holder, self.aside.element, sizing_mode="stretch_width", margin=0
        )
        self._shown: Any = None
        self._following = False
        self.refresh()
        self.select.param.watch(lambda event: self._choose(event.new), "value")

    def _choose(self, name: str) -> None:
        if not self._following and name is not None:
            self._session.choose(self.kind, name)
            self._told()

    def refresh(self) -> None:
        """Follow the session: options, choice, parameters, and what is wrong."""
        chosen = self._chosen()
        errors = self._session.errors
        self.complaint.say(errors.get(self.kind, ""))
        self._following = True
        self._offer(chosen)
        self._following = False
        if type(chosen) is not self._shown:
            self._shown = type(chosen)
            self.controls = {p.name: self._control(p) for p in self._parameters(type(chosen))}
            self._holder[:] = [c.element for c in self.controls.values()]
            self.select.description = self._describe(chosen)
        for name, each in self.controls.items():
            each.show(getattr(chosen, name), errors.get(each.path, ""))
        self._remark()

    def _chosen(self) -> Any:
        return getattr(self._session.experiment, self.kind)

    def _parameters(self, cls: type) -> tuple:
        hidden = ("name", "path", "variable", "window") if self.kind == "truth" else ()
        return tuple(p for n, p in own_parameters(cls).items() if n not in hidden)

    def _control(self, parameter: Any) -> Control:
        return control(f"{self.kind}.{parameter.name}", parameter, self._throttle.ask)

    def _offer(self, chosen: Any) -> None:
        name = type(chosen).__name__
        options = {n: n for n, cls in catalog.members(self.kind).items() if n == name or self._offered(cls)}
        options |= {name: name}  # a class of one's own that could not be chosen by its name alone
        if self.kind == "algorithm":
            reasons = self._session.reasons()
            options = {(reasons.get(n) or n): n for n in options}
            self.select.disabled_options = []  # the old ones may be no options any more
            _update(self.select, options=options, value=name)
            self.select.disabled_options = [n for n, reason in reasons.items() if reason]
        else:
            _update(self.select, options=options, value=name)

    def _offered(self, cls: type) -> bool:
        """Operators made of operators have a signal's shape inside them: they are chosen in code."""
        return self.kind != "operator" or any(p.name == "shape" for p in parameters(cls))

    def _describe(self, chosen: Any) -> str:
        return summary(type(chosen))

    def _remark(self) -> None:
        """lambda beside the weight of the prior, where it has a meaning."""
        if self.kind == "prior":
            value = self._session.regularisation()
            self.aside.say("" if value is None else f"λ = weight · σ² = {value:.4g}, in |Ax − y|²/2 + λ R(x)")


class Signals(Section):
    """The menu of signals, grouped by what they are, with a person's own file or data in front once there are any."""

    def _chosen(self) -> Any:
        return self._session.experiment.source

    def _parameters(self, cls: type) -> tuple:
        return () if cls is Measured else super()._parameters(cls)

    def _offer(self, chosen: Any) -> None:
        groups: dict[str, list[str]] = {}
        if not isinstance(chosen, Shipped):
            groups["your file"] = [_own_name(chosen)]
        for name in data.names():
            groups.setdefault(data.info(name).kind, []).append(name)
        value = chosen.name if isinstance(chosen, Shipped) else _own_name(chosen)
        _update(self.select, groups=groups, value=value)

    def _describe(self, chosen: Any) -> str:
        if isinstance(chosen, Measured):
            return "data that were measured: there is no truth to compare with"
        return "a signal with a truth to compare with, shipped or your own"

    def _remark(self) -> None:
        """What a signal is, and what reading a file did to it."""
        chosen = self._chosen()
        said = self._session.loaded.notes
        self.aside.say(data.info(chosen.name).title if isinstance(chosen, Shipped) else "; ".join(said))


class Choices:
    """All sections; `refresh` after every wish. `hidden` kinds are left out of the page."""

    def __init__(self, session: Session, told: Callable[[], None], hidden: frozenset[str] = frozenset()) -> None:
        self._session, self._told = session, told
        self.throttle = Throttle(self._grant)
        kinds = [k for k in TITLES if k not in hidden]
        made = {k: (Signals if k == "truth" else Section)(k, session, self.throttle, self._changed) for k in kinds}
        self.sections: dict[str, Section] = made
        known = {p.name: p for p in parameters(Experiment)}
        numbers = [n for n in ("steps", "seed") if n not in hidden]
        self.plain = {n: control(n, known[n], self.throttle.ask) for n in numbers}
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
        last = [self.plain["seed"].element] * ("seed" in self.plain) + [self.device] * ("device" not in hidden)
        self.element = pmui.Column(
            *(s.element for s in self.sections.values()),
            *([self.plain["steps"].element] * ("steps" in self.plain)),
            pmui.Row(*last, sizing_mode="stretch_width", margin=0),
            sizing_mode="stretch_width",
            margin=(2, 12),
        )
        self.refresh()

    def refresh(self) -> None:
        """Follow the session."""
        experiment, errors = self._session.experiment, self._session.errors
        for section in self.sections.values():
            section.refresh()
        for name, each in self.plain.items():
            each.show(getattr(experiment, name), errors.get(name, ""))

    def found(self, frame: Frame) -> None:
        """What the run has found: the step in use, where its slider starts, the largest safe one, and L."""
        section = self.sections.get("algorithm")
        if section is None:
            return
        each, steps = section.controls.get("step_size"), frame.curves.get("step_size")
        if isinstance(each, Automatic):
            each.found = float(steps[-1]) if steps is not None and len(steps) else None
            each.shade(frame.largest_step)
        section.aside.say(_constants(frame))

    def _grant(self, path: str, value: Any) -> None:
        self._session.set(path, value)
        self._changed()

    def _changed(self) -> None:
        self.refresh()
        self._told()


def summary(cls: type) -> str:
    """The first paragraph of a class's docstring, as one line."""
    return " ".join((inspect.getdoc(cls) or "").partition("\n\n")[0].split())


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
