"""Patches of a signal as an ensemble."""

from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.analysis.information.ensembles import Drawn, Ensemble
from workbench.analysis.information.ensembles.ensemble import require_axes
from workbench.data import Shipped
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown


@dataclass(frozen=True)
class Patches(Ensemble):
    """Patches of a real picture, each at another place; patches of one row where signals have one axis."""

    picture: Annotated[Shipped, "picture they are cut from"] = Shipped("camera", 256)

    def draw(self, count: int, shape: Shape, rng: torch.Generator) -> Drawn:
        require_axes(shape, (1, 2), "patches of a picture")
        whole = self.picture.tensor()[0].double()
        height, width = (1, *shape[1:])[-2:]
        down, across = whole.shape[1] - height + 1, whole.shape[2] - width + 1
        if whole.shape[0] != shape[0] or min(down, across) < 1:
            came = f"a picture of {shown(tuple(whole.shape))}"
            raise Refusal(f"patches of {shown(tuple(shape))}", came, "choose another picture or a smaller side")
        if count > down * across:
            raise Refusal(f"{count} different patches", str(down * across), "take a larger picture or fewer signals")
        places = torch.randperm(down * across, generator=rng)[:count]
        rows, columns = places // across, places % across
        r, c = torch.arange(height), torch.arange(width)
        cut = whole[:, (rows[:, None] + r)[:, :, None], (columns[:, None] + c)[:, None, :]]
        return Drawn(cut.movedim(0, 1).reshape(count, *shape))
