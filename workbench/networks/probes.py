"""What is read off a network while it trains."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.networks.curvature.base import critical_steps, hessian, leading, random_starts, traces
from workbench.networks.learning import learning
from workbench.networks.optimisers.base import Optimiser
from workbench.networks.optimisers.sgd import SGD
from workbench.problem import Problem
from workbench.tensors import column

_FRESH = 0.1  # of a warm start is random, lest a direction that was not the first be never seen


def progress(problem: Problem, state: State) -> Mapping[str, Tensor]:
    """The probe of the loss, of the share of right classes, and of the same for what was held out: (S,) each."""
    operator = learning(problem)
    outputs = operator(state.x)
    values = {"loss": problem.noise.nll(outputs, problem.y)}
    if operator.examples.classes:
        values["accuracy"] = accuracy(outputs, problem.y)
    if operator.held_out is None:
        return values
    outputs, targets = operator.held_out(state.x), operator.held_out_targets.to(problem.y).expand(len(state.x), -1, -1)
    values["held_out_loss"] = problem.noise.nll(outputs, targets)
    if operator.examples.classes:
        values["held_out_accuracy"] = accuracy(outputs, targets)
    return values


def accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    """The share of examples whose largest output is that of their class: (S,), NaN where an output is no number."""
    share = (outputs.argmax(-1) == targets.argmax(-1)).to(outputs.dtype).mean(1)
    return torch.where(outputs.isnan().flatten(1).any(1), torch.nan, share)


class Sharpness:
    """The probe of lambda_max of the Hessian and its residual, (S,) each.

    It begins each time where it ended the time before, and so takes a few products where weights moved little. It
    remembers that start and nothing else.
    """

    def __init__(self, tolerance: float = 1e-3, steps: int = 60) -> None:
        self.tolerance, self.steps = tolerance, steps
        self._vectors: Tensor | None = None

    def __call__(self, problem: Problem, state: State) -> Mapping[str, Tensor]:
        start = random_starts(state.x, state.k, "sharpness")
        if self._vectors is not None and self._vectors.shape == start.shape:
            start = self._vectors.nan_to_num(0.0) + _FRESH * start  # a seed that was lost begins anew
        found = leading(hessian(problem, state.x), start, self.tolerance, self.steps)
        self._vectors = found.vectors
        return {"sharpness": found.values, "sharpness_residual": found.residuals}


class Stability:
    """The probe of curvature beside what the step in use allows, (S,) each.

    `sharpness` is stable below `edge` = 2 (1 + momentum) / step for whole batches; the step is stable below
    `critical_step` = 2 / (trace / B + (1 - 1 / B) lambda_max) for batches of B. Only SGD has an edge.
    """

    def __init__(self, optimiser: Optimiser, probes: int = 5, sharpness: Sharpness | None = None) -> None:
        self.optimiser, self.probes = optimiser, probes
        self.sharpness = sharpness or Sharpness()

    def __call__(self, problem: Problem, state: State) -> Mapping[str, Tensor]:
        values = dict(self.sharpness(problem, state))
        trace = traces(hessian(problem, state.x), state.x, self.probes, state.k, "stability")
        critical = critical_steps(values["sharpness"], trace, self.optimiser.batch_size(problem))
        values |= {"trace": trace, "critical_step": critical}
        if isinstance(self.optimiser, SGD):
            values["edge"] = column(self.optimiser.sharpest(state), trace)
        return values
