"""One of those that stand beside each other in the tab Compare."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.comparison.settings import Flat
from workbench.live.images import Array

TRUTH, DATA, NOW = "truth", "data", "now"


@dataclass(frozen=True, eq=False)
class OneBeside:
    """One of those that stand beside each other: the truth, the data, the present run, or a pin.

    `columns` are what was recorded, with k, seconds and calls among them. `stands` tells whether the picture is
    another one than before, `said` what there is to say of it beside its quality. `changed_at` is the last iteration of
    other settings; what `diverged` is never the best.
    """

    key: str
    label: str
    picture: Array | None
    stands: tuple[object, ...] = ()
    columns: Mapping[str, Array] = field(default_factory=dict)
    settings: Flat = field(default_factory=dict)
    objective_key: str = ""
    problem_key: str = ""
    truth_key: str = ""
    changed_at: int = -1
    diverged: bool = False
    said: str = ""

    def column(self, name: str) -> Array | None:
        """A quantity at each row; None where it was not recorded."""
        return self.columns.get(name)
