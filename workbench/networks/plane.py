"""A network in the information plane: what its layers keep of the input and of the label, at the weights it has."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from workbench.analysis.information import Bins, Estimator, layer_information
from workbench.networks.learning import learning
from workbench.networks.training import Training
from workbench.parameters import describe
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import PROGRAM

if TYPE_CHECKING:
    import xarray as xr
from workbench.networks.layer_information import Breach, LayerInformation

_DEFAULT = Bins()
Plane = Mapping[int, LayerInformation]  # by epoch
NO_BAND: Mapping[Estimator, Plane] = MappingProxyType({})


def layer_names(problem: Problem) -> tuple[str, ...]:
    """T1, T2, ... for the hidden layers, and last the output."""
    return (*(f"T{i + 1}" for i in range(len(_shapes(problem)) - 1)), "output")


def units_of(problem: Problem) -> int:
    """How many numbers all the layers hold for one example, found without holding any."""
    return sum(layer.numel() for layer in _shapes(problem))


def _shapes(problem: Problem) -> list[Tensor]:
    """Every layer for one example of one network, as shapes that hold nothing."""
    operator = learning(problem)
    return operator.part(torch.arange(1)).layers(torch.empty((1, *operator.in_shape), device="meta"))


def units(problem: Problem, x: Tensor) -> list[Tensor]:
    """Every layer for all examples, those held out too, without chance: (S, N, d) each, outputs as probabilities."""
    operator = learning(problem)
    sides = [operator] if operator.held_out is None else [operator, operator.held_out]
    *hidden, outputs = (torch.cat(both, 1) for both in zip(*(side.layers(x) for side in sides), strict=True))
    outputs = outputs.softmax(-1) if operator.examples.classes else outputs
    return [layer.flatten(2) for layer in (*hidden, outputs)]


def labels(problem: Problem) -> Tensor:
    """The class of each example, in the order of `units`: (N,) int64. Refuses targets that are numbers."""
    operator = learning(problem)
    if not operator.examples.classes:
        came = type(operator.examples).__name__
        raise Refusal("examples with classes", came, "take TwelveBit or DigitExamples: I(T;Y) needs labels")
    targets = [operator.targets, operator.held_out_targets.to(operator.targets)]
    return torch.cat(targets).argmax(-1)


def information(problem: Problem, x: Tensor, estimator: Estimator = _DEFAULT) -> LayerInformation:
    """I(X;T) and I(T;Y) of every layer and seed at weights x, (S, 1, P), over all examples.

    Shwartz-Ziv & Tishby 2017, arXiv:1703.00810.
    """
    *_, found = informing(problem, x, estimator)
    return found


def informing(problem: Problem, x: Tensor, estimator: Estimator = _DEFAULT) -> Iterator[LayerInformation]:
    """`information`, layer by layer of every seed: NaN for what is still to come."""
    y, inputs, refused = labels(problem).cpu(), learning(problem).examples.table().inputs, []
    count = len(layer_names(problem))
    found = torch.full((2, count, len(x)), torch.nan, dtype=torch.float64)
    for seed, weights in enumerate(x.split(1)):
        for place, layer in enumerate(units(problem, weights)):
            try:
                pair = layer_information(layer[0].cpu(), y, estimator, inputs)
                found[:, place, seed] = torch.tensor(pair, dtype=found.dtype)
            except Refusal as sentence:
                refused.append(str(sentence))
            yield LayerInformation(found[0].clone(), found[1].clone(), tuple(dict.fromkeys(refused)))


def label_entropy(problem: Problem) -> float:
    """H(Y) in bits: the most that a layer can say of the label."""
    shares = torch.bincount(labels(problem)).double() / len(labels(problem))
    return float(-(torch.xlogy(shares, shares)).sum() / torch.log(torch.tensor(2.0, dtype=torch.float64)))


def breaches(path: Plane) -> dict[int, Breach]:
    """The epochs at which the inequality is broken."""
    found = {epoch: point.breach for epoch, point in path.items()}
    return {epoch: breach for epoch, breach in found.items() if breach is not None}


def as_dataset(
    training: Training, estimator: Estimator, path: Plane, around: Mapping[Estimator, Plane] = NO_BAND
) -> "xr.Dataset":
    """I_x and I_y in bits over (epoch, layer, seed), seed the place of a network; estimator, training and seeds are in
    the attributes.

    attrs["training"] and attrs["estimator"] rebuild both (`parameters.rebuild` of their JSON). Paths of `around`, the
    estimator with other values of its free parameter, become I_x_around and I_y_around over (free, epoch, ...).
    """
    import xarray as xr

    problem = training.problem()
    epochs = sorted(path)
    dims, unit = ("epoch", "layer", "seed"), {"units": "bit"}
    variables = {name: (dims, side, unit) for name, side in zip(("I_x", "I_y"), _sides(path, epochs), strict=True)}
    coordinates = {"epoch": epochs, "layer": list(layer_names(problem))}
    if around:
        bands = np.stack([_sides(other, epochs) for other in around.values()], 1)
        variables |= {f"{n}_around": (("free", *dims), b, unit) for n, b in zip(("I_x", "I_y"), bands, strict=True)}
        coordinates["free"] = [getattr(other, estimator.freedom) for other in around]
    broken = breaches(path)
    count = f"the data-processing inequality is broken at {len(broken)} of {len(epochs)} epochs" if broken else ""
    attrs = {
        "estimator": json.dumps(describe(estimator)),
        "training": json.dumps(describe(training)),
        "program": PROGRAM,
        "seeds": list(learning(problem).seeds(problem.y)),
        "samples": len(labels(problem)),
        "label_entropy": label_entropy(problem),
        "ceiling": estimator.ceiling(len(labels(problem))),
        "free": estimator.freedom,
        "bias": estimator.bias,
        "meaningless": estimator.meaningless,
        "breaches": count,
        "refused": " ".join(dict.fromkeys(sentence for point in path.values() for sentence in point.refused)),
    }
    return xr.Dataset(variables, coordinates | {"seed": list(range(training.seeds))}, attrs)


def _sides(path: Plane, epochs: list[int]) -> np.ndarray:
    """I(X;T) and I(T;Y): (2, epochs, layers, S)."""
    return np.stack([np.stack([side.numpy() for side in path[epoch][:2]]) for epoch in epochs], 1)
