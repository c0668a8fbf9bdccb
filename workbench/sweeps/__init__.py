"""Grids of runs over processes or a Dask cluster, kept cell by cell: `sweep(job, {"prior.weight": [1, 10]})`."""

from workbench.sweeps.design import spread
from workbench.sweeps.plan import Plan, SweepAxis, plan, with_seeds
from workbench.sweeps.slices import slices
from workbench.sweeps.sweep import sweep, swept
from workbench.sweeps.table import SettingResult, SweepTable, higher_is_better, opened, ranked

__all__ = [
    "Plan",
    "SettingResult",
    "SweepAxis",
    "SweepTable",
    "higher_is_better",
    "opened",
    "plan",
    "ranked",
    "slices",
    "spread",
    "sweep",
    "swept",
    "with_seeds",
]
