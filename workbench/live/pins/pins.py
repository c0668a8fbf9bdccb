"""Runs that a person keeps in sight while the page goes on with other settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from workbench.comparison.compared_run import ComparedRun, require_run
from workbench.comparison.settings import apart, labels, settings
from workbench.experiment import Experiment, from_run
from workbench.priors import Prior
from workbench.refusal import Refusal, one_of
from workbench.tuning import informed

if TYPE_CHECKING:
    import xarray as xr

MOST = 8  # pins
ROOM = 256 * 2**20  # bytes of all pins
LONGEST = 60  # letters of a name
_LEFT_OUT = ("iterates", "iterate", "path_length", "state_")  # of a saved run: what is not compared


@dataclass(frozen=True, eq=False)
class Pin:
    """A run as it was when it was pinned: its `label`, its `run`, and the `experiment` that made it.

    `key` tells pins of equal names apart; `experiment` is None where a saved run does not tell it.
    """

    key: int
    label: str
    run: ComparedRun
    experiment: Experiment | None


class Pins:
    """The pins of one person, in the order in which they were made: `all`; `version` changes with them.

    At most MOST, and ROOM bytes: one more is refused, so that nothing that was kept goes away unasked.
    """

    def __init__(self, most: int = MOST, room: int = ROOM) -> None:
        self.all: tuple[Pin, ...] = ()
        self.version = 0
        self._most, self._room, self._made = most, room, 0

    def add(self, dataset: "xr.Dataset", label: str = "", experiment: Experiment | None = None) -> Pin:
        """Pin a run: that of the page, or a saved one. Refusal where there is no room, and for what is no run.

        Without a label it is named by what tells it from the others.
        """
        require_run(dataset, label or "a Dataset")
        if len(self.all) >= self._most:
            remedy = "unpin one first, in the tab Compare"
            raise Refusal(f"at most {self._most} pinned runs", "one more", remedy)
        kept = dataset.drop_vars([n for n in map(str, dataset.variables) if n.startswith(_LEFT_OUT)])
        if (size := kept.nbytes + sum(pin.run.dataset.nbytes for pin in self.all)) > self._room:
            remedy = "unpin one first, or save the run to a file"
            raise Refusal(f"pinned runs of at most {self._room // 2**20} MiB", f"{size // 2**20} MiB", remedy)
        run = ComparedRun(label, kept)
        own = experiment if experiment is not None else _experiment(run)
        self._made += 1
        pin = Pin(self._made, "", run, own)
        self._become((*self.all, replace(pin, label=self._distinct(label or self._named(run)))))
        return self.all[-1]

    def rename(self, key: int, label: str) -> None:
        """Another name for a pin; Refusal for none."""
        plain = _plain(label)
        if not plain:
            raise Refusal("a name for a pin", "none", "type one")
        others = [pin.label for pin in self.all if pin.key != key]
        made = replace(self.at(key), label=apart(plain, others))
        self._become(tuple(made if pin.key == key else pin for pin in self.all))

    def remove(self, key: int) -> None:
        """Unpin."""
        self.at(key)
        self._become(tuple(pin for pin in self.all if pin.key != key))

    def informed(self, key: int, prior: Prior) -> Prior:
        """The prior with maps made of the picture of a pin: `tuning.informed`."""
        return informed(prior, torch.from_numpy(self.at(key).run.dataset["x"].values))

    def at(self, key: int) -> Pin:
        """The pin of that key; Refusal where it has gone."""
        one_of("a pinned run", str(key), [str(pin.key) for pin in self.all])
        return next(pin for pin in self.all if pin.key == key)

    def _become(self, pins: tuple[Pin, ...]) -> None:
        # What a comparison says of a run bears its name.
        self.all = tuple(p if p.run.label == p.label else replace(p, run=replace(p.run, label=p.label)) for p in pins)
        self.version += 1

    def _named(self, run: ComparedRun) -> str:
        """What tells a run from those that are pinned; where nothing does, or there are none, its method and k."""
        others: Sequence[ComparedRun] = [pin.run for pin in self.all]
        method = str(run.settings.get("algorithm", ("run", False))[0])
        if not others:
            return method
        told = [*(other.settings for other in others), run.settings]
        differing, _ = settings(told)
        k = int(run.dataset["k"].values[-1])
        return labels(told)[-1] if differing else f"{method}, k = {k}"

    def _distinct(self, label: str) -> str:
        return apart(_plain(label) or "run", [pin.label for pin in self.all])


def _plain(label: str) -> str:
    """One line of it, and not too much."""
    words = " ".join("".join(c if c.isprintable() else " " for c in label).split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _experiment(run: ComparedRun) -> Experiment | None:
    try:
        return from_run(run.dataset)
    except Refusal:
        return None
