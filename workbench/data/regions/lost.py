"""Data that are lost: an operator and a problem that do without them."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from workbench.data.regions.base import Region, union
from workbench.operators import LinearOperator, Operator
from workbench.problem import Problem
from workbench.refusal import Refusal


def operator_without(operator: Operator, lost: Sequence[Region]) -> Operator:
    """The operator with rows of 0 for the data in these regions of their space, the same in all channels.

    Refusal where nothing would be left, and for a nonlinear operator.
    """
    if not lost:
        return operator
    if not isinstance(operator, LinearOperator):
        raise Refusal("a linear operator to lose data of", type(operator).__name__, "take one, or keep all data")
    gone = union(lost, operator.out_shape[1:])
    if bool(gone.all()):
        raise Refusal("data of which some are left", f"regions that cover all {gone.numel()}", "lose fewer of them")
    return operator.losing(gone)


def problem_without(problem: Problem, lost: Sequence[Region]) -> Problem:
    """The problem without the data in these regions: 0 stands there, all others are the same, bit for bit."""
    if not lost:
        return problem
    operator = operator_without(problem.given_operator, lost)
    gone = union(lost, operator.out_shape[1:]).to(problem.y.device)
    return replace(problem, operator=operator, y=torch.where(gone, torch.zeros_like(problem.y), problem.y))
