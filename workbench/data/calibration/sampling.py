"""Which frequencies were measured, from the data themselves."""

from torch import Tensor

from workbench.operators import FourierMask, MultiCoilFourier, Operator
from workbench.parameters import called, changed
from workbench.refusal import Refusal

Masked = FourierMask | MultiCoilFourier


def measured_mask(operator: Operator, y: Tensor) -> tuple[Masked, str]:
    """The operator with the mask of those frequencies where the data (1, channels, *space) are not 0, and its reason.

    What a scanner has not measured is 0 in every coil, and noise is never. Refusal for other operators, or without
    data.
    """
    if not isinstance(operator, Masked):
        remedy = "take FourierMask or MultiCoilFourier, or leave pattern=auto out"
        raise Refusal("Cartesian k-space to find its mask", type(operator).__name__, remedy)
    mask = (y != 0).any(1).any(0)
    count = int(mask.sum())
    if not count:
        raise Refusal("k-space that is not 0", "zeros alone", "take another array")
    said = f"{count} of {mask.numel()} frequencies were measured: the others are 0 in all the data"
    pattern = called(mask.to("cpu"), "where the data are not 0")
    return changed(operator, pattern=pattern), said
