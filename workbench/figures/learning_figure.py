"""What was learned from held-out pictures, over what it cost, as a file."""

from workbench.figures.canvas import INK, file_of, new_figure
from workbench.tuning.hypergradients import LearnedParameters


def learning_figure(found: LearnedParameters, kind: str = "png") -> bytes:
    """The error of held-out pictures and the accuracy of their minima over the cost, in a `Format`."""
    figure = new_figure(7.2, 2.8)
    left, right = figure.subplots(1, 2)
    costs = [step.steps + step.products for step in found.history]
    left.plot(costs, [(2 * step.loss) ** 0.5 for step in found.history], color=INK, marker=".", linewidth=1)
    right.plot(costs, [step.accuracy for step in found.history], color=INK, marker=".", linewidth=1)
    left.set_title("error of held-out pictures", fontsize=9)
    right.set_title("accuracy of a minimum, per number", fontsize=9)
    right.set_yscale("log")
    for axes in (left, right):
        axes.set_xlabel("iterations and products with a Hessian", fontsize=8)
        axes.grid(alpha=0.3)
    return file_of(figure, kind)
