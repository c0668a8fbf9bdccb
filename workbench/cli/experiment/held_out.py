"""Pictures to learn from, as --held-out and --of say."""

import argparse
from typing import TYPE_CHECKING

from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.experiment import Experiment
    from workbench.problem import Problem

_COUNT = 8


def held_out_problem(args: argparse.Namespace, experiment: "Experiment") -> "Problem":
    """The problem of an experiment for pictures cropped from those that ship, in double precision."""
    from workbench.tuning.held_out_crops import PICTURES, held_out_crops

    count = _COUNT if args.held_out is None else args.held_out
    if count < 1:
        raise Refusal("a number of held-out pictures from 1", str(count), f"take {_COUNT}")
    problem = experiment.problem()
    truths = held_out_crops(args.of or PICTURES, problem.operator.in_shape, count, experiment.seed)
    return problem.of_another(truths.to(problem.y.device).double(), experiment.seed)
