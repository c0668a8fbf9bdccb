"""Numbers of the network tab: the information of layers at the last weights, by an estimator."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from torch import Tensor

from workbench.lessons.readouts.base import Readout
from workbench.parameters import Range
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration

Layer = Annotated[int, Range(1, 10, limits=(1, 1000)), "layer, counted from the input"]


@dataclass(frozen=True)
class InputBits(Readout):
    """I(X;T) of a layer in bits at the last weights, a mean over the networks."""

    layer: Layer = 1

    def read(self, shown: "Demonstration") -> float:
        return float(_row(shown.layers.with_input, self.layer))

    def __str__(self) -> str:
        return f"I(X;T) of layer {self.layer}"


@dataclass(frozen=True)
class LabelBits(Readout):
    """I(T;Y) of a layer in bits at the last weights, a mean over the networks."""

    layer: Layer = 1

    def read(self, shown: "Demonstration") -> float:
        return float(_row(shown.layers.with_label, self.layer))

    def __str__(self) -> str:
        return f"I(T;Y) of layer {self.layer}"


def _row(bits: Tensor, layer: int) -> Tensor:
    if layer > len(bits):
        raise Refusal(f"a layer from 1 to {len(bits)}", str(layer), "count the layers of the network")
    return bits[layer - 1].mean()
