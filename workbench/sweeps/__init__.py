"""Grids of runs over processes or a Dask cluster, kept cell by cell: `sweep(job, {"prior.weight": [1, 10]})`."""

from workbench.sweeps.design import spread
from workbench.sweeps.plan import Plan, SweepAxis, plan, with_seeds
from workbench.sweeps.sweep import sweep, swept

__all__ = ["Plan", "SweepAxis", "plan", "spread", "sweep", "swept", "with_seeds"]
