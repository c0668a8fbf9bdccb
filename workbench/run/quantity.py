"""What a probe reads: what it is called and drawn as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from torch import Tensor

from workbench.algorithms import State
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import shown

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


def values_of(probe: Probe, problem: Problem, state: State) -> Mapping[str, Tensor]:
    """What a probe says of a state. Refusal where that is no column: a number for each item, or one for all of them."""
    found: Any = probe(problem, state)
    shapes = (), (len(state.x),)
    if not isinstance(found, Mapping):
        came = type(found).__name__
    elif wrong := {n: v for n, v in found.items() if not isinstance(v, Tensor) or v.shape not in shapes}:
        came = "; ".join(f"{n!r}: {_kind(v)}" for n, v in wrong.items())
    else:
        return found
    wanted = f"a mapping of names to tensors of shape ({len(state.x)},) from the probe {_name(probe)}"
    raise Refusal(wanted, came, "leave out all axes but that of the batch, as x.flatten(1).mean(1) does")


# What a run keeps beside the columns: `run.datasets`, `run.states` and `run.ladder` name it.
_KEPT = {"x", "u", "y", "truth", "x_aligned", "missing", "iterates", "iterate", "path_length", "k", "seconds", "calls"}
_BEGUN = "state_", "array_"


def put(values: dict[str, Tensor], probe: Probe, problem: Problem, state: State) -> None:
    """Add what a probe says of a state. Refusal for the name of a column that is there, or of what a run keeps."""
    found = values_of(probe, problem, state)
    if taken := sorted(n for n in found if n in values or n in _KEPT or n.startswith(_BEGUN)):
        came = f"{taken[0]!r} of the probe {_name(probe)} where that is there already"
        raise Refusal("a name of its own for each column of a run", came, "rename it, or leave one of the two out")
    values |= found


def _name(probe: Probe) -> str:
    return getattr(probe, "__name__", type(probe).__name__)


def _kind(value: object) -> str:
    return shown(tuple(value.shape)) if isinstance(value, Tensor) else type(value).__name__


def quantities(*probes: Probe) -> tuple[Quantity, ...]:
    """What the probes read, one after the other; nothing of a probe that does not say."""
    return tuple(quantity for probe in probes for quantity in getattr(probe, "quantities", ()))
