"""What a type checker knows of the package: read by pyright, run by nobody."""
# pyright: reportUnnecessaryTypeIgnoreComment=true

from typing import assert_type

import xarray as xr
from torch import Tensor

from workbench import Experiment, Problem
from workbench.algorithms import PDHG
from workbench.algorithms.splitting.pdhg import PDHGState
from workbench.algorithms.steps.scales import SplitScales
from workbench.operators import GaussianBlur
from workbench.run import iterate


def known() -> None:
    """Objects have the types of their classes, which their metaclass checks on the way."""
    assert_type(Experiment(steps=3), Experiment)
    assert_type(Experiment().run(), xr.Dataset)
    assert_type(GaussianBlur((1, 8, 8)).adjoint(Experiment().source.loaded().tensor), Tensor)
    assert_type(Experiment().problem(), Problem)
    state = next(iterate(Experiment().problem(), PDHG()))
    assert_type(state, PDHGState)
    assert_type(state.measured, SplitScales)
    Experiment(stepps=3)  # pyright: ignore[reportCallIssue] - and their arguments are known
