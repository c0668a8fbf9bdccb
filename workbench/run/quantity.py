"""What a probe reads: what it is called and drawn as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from torch import Tensor

from workbench.algorithms import State
from workbench.problem import Problem

Probe = Callable[[Problem, State], Mapping[str, Tensor]]
AnyProbe = TypeVar("AnyProbe", bound=Callable[..., Mapping[str, Tensor]])


@dataclass(frozen=True)
class Quantity:
    """What a probe reads: the `names` of its columns, which share an axis, and how it is written and drawn.

    `label` stands on the axis, with the units; `log`: whether the axis is logarithmic; `best`: how the highest value is
    written, where that is the best one.
    """

    title: str
    names: tuple[str, ...]
    label: str
    units: str = ""
    log: bool = False
    best: str = ""

    @property
    def axis(self) -> str:
        return f"{self.label}, {self.units}" if self.units else self.label

    @property
    def attributes(self) -> dict[str, str]:
        """Of its variables in a file, as the CF conventions name them."""
        return {"long_name": self.label} | ({"units": self.units} if self.units else {})


def reads(*quantities: Quantity) -> Callable[[AnyProbe], AnyProbe]:
    """A decorator that says what a probe reads: page, figures, reports and files ask for it."""

    def marked(probe: AnyProbe) -> AnyProbe:
        probe.__dict__["quantities"] = quantities
        return probe

    return marked


def quantities(*probes: Probe) -> tuple[Quantity, ...]:
    """What the probes read, one after the other; nothing of a probe that does not say."""
    return tuple(quantity for probe in probes for quantity in getattr(probe, "quantities", ()))
