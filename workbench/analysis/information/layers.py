"""A layer of a network in the information plane: I(X;T) and I(T;Y), X the index of the sample."""

import math

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Estimator, constant, rows_of
from workbench.analysis.information.estimators.bins import Bins
from workbench.analysis.information.estimators.layer_estimator import LayerEstimator
from workbench.refusal import Refusal
from workbench.tensors import shown

DEFAULT = Bins()


def layer_information(
    activations: Tensor, labels: Tensor, estimator: Estimator = DEFAULT, inputs: Tensor | None = None
) -> tuple[float, float]:
    """(I(X;T), I(T;Y)) in bits of a layer's activations (N, d) and labels (N,), X the index of the sample.

    Every sample counts as an input of its own. An estimator of pairs needs the `inputs`, (N, ...), as X.
    A constant layer, such as one of dead ReLU, says nothing: 0 and 0. Refuses NaN, one class, and an estimator of pairs
    without inputs.
    """
    t = rows_of(activations, "the layer")
    y = _labels(labels).to(t.device)
    if len(t) != len(y):
        raise Refusal(f"a label for each of {len(t)} samples", str(len(y)), "pass labels of shape (N,)")
    if constant(t):
        return 0.0, 0.0
    if isinstance(estimator, LayerEstimator):
        code = estimator.code(t.double())
        return estimator.entropy(code) / math.log(2), estimator.given(code, y) / math.log(2)
    if inputs is None:
        wanted = f"the inputs for {type(estimator).__name__}, which measures pairs"
        raise Refusal(wanted, "none", "pass inputs: X as an index is a symbol that occurs once")
    x = inputs.to(t.device, torch.float64)
    return estimator(x, t.double()) / math.log(2), estimator(y, t.double()) / math.log(2)


def _labels(labels: Tensor) -> Tensor:
    labels = torch.as_tensor(labels).squeeze(-1)
    if labels.is_floating_point() or labels.is_complex() or labels.ndim != 1:
        came = f"{shown(tuple(labels.shape))} of {labels.dtype}"
        raise Refusal("whole numbers as labels, (N,)", came, "pass the classes, not their scores")
    if len(labels) and bool((labels == labels[0]).all()):
        raise Refusal("two classes or more", "one", "I(T;Y) is 0 whatever T is: use labels that vary")
    return labels.long()
