"""Where the data of an experiment come from: what is simulated has a truth, what was measured has none."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from torch import Tensor

from workbench.data.files import Loaded
from workbench.noise import Noise
from workbench.operators import MultiCoilFourier, NonCartesianFourier, Operator, Scan
from workbench.parameters import Checked, changed
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import Shape

if TYPE_CHECKING:
    from workbench.data.signals import Signal

T = TypeVar("T")


class Source(metaclass=Checked):
    """Where y comes from: a `Signal`, whose data are simulated, `Simulated`, which says how, or `Measured`.

    What it gives is read once, by `loaded()`, and handed to the other methods as `given`, its tensor.
    """

    @property
    def truth(self) -> "Signal | None":
        """The signal to recover, where it is known."""
        return None

    @property
    def example(self) -> str:
        """The name of the example that it belongs to; "" where it belongs to none."""
        return ""

    @property
    def bare(self) -> "Source":
        """The same without what a hand has painted on it."""
        return self

    def over(self, bare: "Source") -> "Source":
        """What a hand has painted on it, on another one."""
        return bare

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


def shapes_to_try(usual: Operator, source: Source, given: Tensor) -> tuple[Shape, Shape]:
    """For which shapes of the unknown an operator of that class is built before it is fitted to what a source gives.

    Of data only their own shape is known. Where data and unknown have other shapes, as projections have, the usual
    shape comes first: an image that is shaped like its sinogram would be one that nobody asked for.
    """
    own, others = source.shape(usual, given), usual.in_shape
    return (own, others) if source.truth is not None or usual.in_shape == usual.out_shape else (others, own)


def as_many_coils(source: Source, usual: Operator, given: Tensor) -> Operator:
    """An operator that has a number of coils and no maps, with as many as measured data have."""
    coils = isinstance(usual, MultiCoilFourier | NonCartesianFourier) and isinstance(usual.coils, int)
    if source.truth is not None or not coils:
        return usual
    return changed(usual, coils=source.shape(usual, given)[0])


def fitted_to(source: Source, operator: Operator, given: Tensor) -> Operator:
    """An operator that was built from words, which name no image, for what the source gives.

    The image of a scan that was measured is then as large as its detector says: any number of bins sees any image.
    """
    if source.truth is None and isinstance(operator, Scan):
        operator = changed(operator, shape=(operator.in_shape[0], 1, 1), detectors=None)
    return source.fitted(operator, given)


def for_first(shapes: Iterable[Shape], build: Callable[[Shape], T]) -> T:
    """What `build` makes for the first shape that it takes; where it takes none, the Refusal of the first."""
    refusals = []
    for shape in shapes:
        try:
            return build(shape)
        except Refusal as refusal:
            refusals.append(refusal)
    raise refusals[0]
