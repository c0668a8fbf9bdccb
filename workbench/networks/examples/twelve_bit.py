"""The task of the information plane: twelve bits."""

from dataclasses import dataclass

from torch.nn import functional

from workbench.data import twelve_bit
from workbench.networks.examples.base import Examples, Share, Table


@dataclass(frozen=True)
class TwelveBit(Examples):
    """All 4096 words of 12 bits in the order of their numbers, and a label invariant under the rotations of a solid.

    Shwartz-Ziv & Tishby 2017, arXiv:1703.00810, learn the first 80 %.
    """

    share: Share = 0.8

    def table(self) -> Table:
        words, labels = twelve_bit()
        return Table(words.double(), functional.one_hot(labels, 2).double())
