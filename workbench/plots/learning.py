"""What was learned from held-out pictures, over what it cost."""

from collections.abc import Mapping
from typing import Any

import holoviews as hv

from workbench.figures.colours import COLOURS
from workbench.plots.style import styled
from workbench.refusal import Refusal
from workbench.tuning.hypergradients import LearnedParameters

_COST = hv.Dimension("cost", label="iterations and products with a Hessian")
_ERROR = hv.Dimension("error", label="error of held-out pictures, root of twice the loss")
_ACCURACY = hv.Dimension("accuracy", label="accuracy of a minimum, per number")


def learning(found: Mapping[str, LearnedParameters]) -> Any:
    """The error of held-out pictures over the cost, a curve a learner, and how accurate their minima were.

    A cost is an iteration of the whole batch, or a product of it with a Hessian.
    """
    if not found:
        raise Refusal("something that was learned", "nothing", "give {name: learner.learn(held_out)}")
    errors, accuracies = [], []
    for number, (name, learned) in enumerate(found.items()):
        colour = COLOURS[number % len(COLOURS)]
        costs = [step.steps + step.products for step in learned.history]
        error = [(2 * step.loss) ** 0.5 for step in learned.history]
        accuracy = [step.accuracy for step in learned.history]
        errors.append(styled(hv.Curve((costs, error), _COST, _ERROR, label=name), color=colour))
        accuracies.append(styled(hv.Curve((costs, accuracy), _COST, _ACCURACY, label=name), color=colour, logy=True))
    left, right = (styled(hv.Overlay(curves)) for curves in (errors, accuracies))
    return styled(left + right, sized=False, shared_axes=False)
