"""What a recipe makes."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from workbench.parametrisations import Parametrisation


@dataclass(frozen=True, eq=False)
class Made:
    """A picture, (1, C, *space), the true blocks of its unknown by name, where there are any, and data without noise.

    Without `clean` the data are what an operator makes of the picture; with it they are these, where they fit.
    """

    picture: Tensor
    blocks: Mapping[str, Tensor] | None = None
    clean: Tensor | None = None


def made_by(phi: Parametrisation, blocks: Mapping[str, Tensor]) -> Made:
    """The picture of these blocks, batch first."""
    u = phi.balanced(phi.joined(blocks))
    return Made(phi.picture(u), phi.views(u))
