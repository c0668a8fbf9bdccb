"""A step of training the classic network from ten seeds: one batch of ours beside loops in plain PyTorch and vmap.

`python -m benchmarks.training_step --threads 1`. All start from the same weights, see the same examples and agree.
"""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from benchmarks.common import arguments, between, fastest, interleaved, publish, require_equal, summary, table
from workbench.networks import Training, classic, learning
from workbench.problem import Problem
from workbench.run import iterate, resume

GOAL = 1  # none is stated: as fast as the fastest
NEAR = 1e-5  # of the weights after an epoch, in which they move by a hundredth
RATE, BATCH = 4e-4, 512


class Trainee(NamedTuple):
    """Goes through the next epoch; its weights, (seeds, P)."""

    epoch: Callable[[], None]
    weights: Callable[[], Tensor]


def ours(training: Training, problem: Problem) -> Trainee:
    state = next(iterate(problem, training.optimiser))
    count = training.steps // training.epochs

    def epoch() -> None:
        nonlocal state
        (state,) = deque(islice(resume(problem, training.optimiser, state), count), maxlen=1)

    return Trainee(epoch, lambda: state.x[:, 0])


def batches(problem: Problem) -> list[tuple[Tensor, Tensor]]:
    """Inputs and labels of an epoch."""
    inputs = learning(problem).examples.split()[0].inputs.to(problem.y.dtype).flatten(1)
    return list(zip(inputs.split(BATCH), problem.y[0].argmax(1).split(BATCH), strict=True))


def models(problem: Problem) -> list[nn.Sequential]:
    """A network for each seed as PyTorch has it, with our first weights."""
    operator, found = learning(problem), []
    inputs = tuple(operator.examples.split()[0].inputs.shape[1:])
    for weights in problem.start():
        arrays = operator.network.arrays(weights, inputs, operator.out_shape[1])
        layers: list[nn.Module] = []
        for matrix, bias in zip(arrays[::2], arrays[1::2], strict=True):
            layer = nn.Linear(matrix.shape[2], matrix.shape[1])
            layer.load_state_dict({"weight": matrix[0], "bias": bias[0, :, 0]})
            layers += [layer, nn.Tanh()]
        found.append(nn.Sequential(*layers[:-1]))
    return found


def flat(parameters: Iterable[Tensor]) -> Tensor:
    return torch.cat([p.detach().flatten() for p in parameters])


def loops(problem: Problem, **settings: bool) -> Trainee:
    """A model and an optimiser a seed, one after the other."""
    nets, data = models(problem), batches(problem)
    optimisers = [torch.optim.Adam(net.parameters(), RATE, **settings) for net in nets]

    def epoch() -> None:
        for net, optimiser in zip(nets, optimisers, strict=True):
            for inputs, labels in data:
                optimiser.zero_grad()
                nn.functional.cross_entropy(net(inputs), labels).backward()
                optimiser.step()

    return Trainee(epoch, lambda: torch.stack([flat(net.parameters()) for net in nets]))


def mapped(problem: Problem) -> Trainee:
    """torch.func.vmap of the gradient over stacked weights, one optimiser for all."""
    nets, data = models(problem), batches(problem)
    stacked, _ = torch.func.stack_module_state(nets)
    optimiser = torch.optim.Adam(stacked.values(), RATE)

    def loss(weights: dict[str, Tensor], inputs: Tensor, labels: Tensor) -> Tensor:
        return nn.functional.cross_entropy(torch.func.functional_call(nets[0], weights, inputs), labels)

    slopes = torch.func.vmap(torch.func.grad(loss), (0, None, None))

    def epoch() -> None:
        for inputs, labels in data:
            found = slopes({name: p.detach() for name, p in stacked.items()}, inputs, labels)
            for name, p in stacked.items():
                p.grad = found[name]
            optimiser.step()

    return Trainee(epoch, lambda: torch.stack([flat(p[k] for p in stacked.values()) for k in range(len(nets))]))


def race(seeds: int, repetitions: int) -> tuple[dict[str, Any], int]:
    """Milliseconds a step of all seeds, after a check that an epoch leads all to the same weights; steps an epoch."""
    training = classic(seeds)
    problem = training.problem()
    trainees = {
        "ours": ours(training, problem),
        "PyTorch, a loop over the seeds": loops(problem),
        "PyTorch, a loop, fused Adam": loops(problem, fused=True),
        "torch.func.vmap, one Adam": mapped(problem),
    }
    for trainee in trainees.values():
        trainee.epoch()
    first = {name: trainee.weights() for name, trainee in trainees.items()}
    apart, steps = require_equal(first, first["ours"], NEAR), len(batches(problem))
    times = interleaved({name: trainee.epoch for name, trainee in trainees.items()}, repetitions)
    return {name: summary(t, 1e3 / steps) | {"apart": apart[name]} for name, t in times.items()}, steps


def main() -> None:
    given = arguments(__doc__, repetitions=30, seeds=10)
    results, over, texts = {}, {}, []
    for seeds in (1, given.seeds):
        found, steps = race(seeds, given.repetitions)
        other, ratio = fastest(found)
        rows = [
            (name, v["median"], between(v), v["median"] / found["ours"]["median"], f"{v['apart']:.0e}")
            for name, v in found.items()
        ]
        shown = table(("", "median ms", "quartiles", "our speed over it", "weights apart"), rows)
        case = f"{seeds} seed" + "s" * (seeds > 1)
        texts.append(f"## {case}\n\n{shown}\n\n{ratio:.2f} times as fast as the fastest other, {other}.")
        results[case], over[case] = found, (ratio, GOAL)
    notes = (
        f"12-10-7-5-4-3-2, tanh, cross-entropy, Adam of {RATE:g}, batches of {BATCH}, single precision; milliseconds a "
        f"step of all seeds, the mean over an epoch of {steps} steps, epochs interleaved. Weights apart: after the "
        "first epoch, relative."
    )
    publish("training_step", results | {"over the fastest other": over}, notes, *texts)


if __name__ == "__main__":
    main()
