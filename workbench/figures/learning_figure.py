"""What was learned from held-out pictures, over what it cost, as a file."""

import io

from workbench.refusal import Refusal
from workbench.tuning.hypergradients import LearnedParameters

_INK = "#1f4e79"


def learning_figure(found: LearnedParameters, kind: str = "png") -> bytes:
    """The error of held-out pictures and the accuracy of their minima over the cost, in a `Format`."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        remedy = 'pip install "inverse-workbench[app]"'
        raise Refusal("the package matplotlib for a figure", "an installation without it", remedy) from error
    figure = Figure(figsize=(7.2, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    costs = [step.steps + step.products for step in found.history]
    left.plot(costs, [(2 * step.loss) ** 0.5 for step in found.history], color=_INK, marker=".", linewidth=1)
    right.plot(costs, [step.accuracy for step in found.history], color=_INK, marker=".", linewidth=1)
    left.set_title("error of held-out pictures", fontsize=9)
    right.set_title("accuracy of a minimum, per number", fontsize=9)
    right.set_yscale("log")
    for axes in (left, right):
        axes.set_xlabel("iterations and products with a Hessian", fontsize=8)
        axes.grid(alpha=0.3)
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=110)
    return stream.getvalue()
