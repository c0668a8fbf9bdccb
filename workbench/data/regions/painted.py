"""A signal with shapes painted over it."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch

from workbench.data.files import Loaded
from workbench.data.regions import Region
from workbench.data.signals import Shipped, Signal
from workbench.data.source import Source
from workbench.parameters import Range, changed
from workbench.refusal import Refusal


@dataclass(frozen=True)
class Painted(Signal):
    """A signal in which every sample of a region has its value, in all channels; later regions lie over earlier ones.

    A lesion, an edge or a word is put into a truth so: the data are made of the painted signal, with the same draw of
    the noise as of the bare one.
    """

    signal: Annotated[Signal, "signal that is painted on"] = Shipped()
    regions: Annotated[tuple[Region, ...], "what is painted, in this order"] = ()
    values: Annotated[tuple[float, ...], Range(0, 1, limits=(-1e6, 1e6)), "a value for each region"] = ()

    def __post_init__(self) -> None:
        if len(self.regions) != len(self.values):
            came = f"{len(self.regions)} regions and {len(self.values)} values"
            raise Refusal("a value for each region that is painted", came, "give as many values as regions")

    @property
    def bare(self) -> Signal:
        return self.signal.bare

    def over(self, bare: Source) -> Signal:
        return changed(self, signal=self.signal.over(bare))

    def loaded(self) -> Loaded:
        found = self.signal.loaded()
        tensor = found.tensor.clone()
        for region, value in zip(self.regions, self.values, strict=True):
            tensor[..., region.inside(tuple(tensor.shape[2:]))] = value
        return replace(found, tensor=tensor)

    def tensor(self) -> torch.Tensor:
        return self.loaded().tensor
