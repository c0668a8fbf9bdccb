"""Where the data of an experiment come from: what is simulated has a truth, what was measured has none."""

from abc import abstractmethod
from typing import TYPE_CHECKING

from torch import Tensor

from workbench.data.files import Loaded
from workbench.noise import Noise
from workbench.operators import Operator
from workbench.parameters import Checked
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.tensors import Shape

if TYPE_CHECKING:
    from workbench.data.signals import Signal


class Source(metaclass=Checked):
    """Where y comes from: a `Signal`, whose data are simulated, `Simulated`, which says how, or `Measured`.

    What it gives is read once, by `loaded()`, and handed to the other methods as `given`, its tensor.
    """

    @property
    def truth(self) -> "Signal | None":
        """The signal to recover, where it is known."""
        return None

    @abstractmethod
    def loaded(self) -> Loaded:
        """The signal to recover, (1, C, *space), or the data as their file has them, with what was done to them."""

    def told(self, given: Tensor) -> dict[str, str]:
        """What a saved run says of where its data come from, beside its description."""
        return {}

    def remarks(self, operator: Operator) -> tuple[str, ...]:
        """What a reader has to know of how the operator is taken to explain the data; beside the notes."""
        return ()

    @abstractmethod
    def shape(self, operator: Operator, given: Tensor) -> Shape:
        """The shape, without the batch, of what is given, as the operator takes or makes it."""

    @abstractmethod
    def fitted(self, operator: Operator, given: Tensor) -> Operator:
        """The operator for this signal or for these data; Refusal where it takes neither."""

    @abstractmethod
    def problem(self, operator: Operator, noise: Noise, prior: Prior, given: Tensor, seed: int = 0) -> Problem:
        """The problem of explaining the data, with the truth where there is one."""
