"""Draws that stand for all."""

import torch
from torch import Tensor

MEMORY = 2**25  # bytes of draws that are kept
FEWEST, MOST = 64, 400  # draws, whatever their bytes


class Reservoir:
    """An even choice of all draws so far, each as likely as the others. Vitter 1985, doi 10.1145/3147.3165."""

    def __init__(self, like: Tensor, rng: torch.Generator) -> None:
        size = MEMORY // max(like[0].numel() * like.element_size(), 1)
        self._room, self._rng, self._seen = max(min(size, MOST), FEWEST), rng, 0
        self._kept: list[Tensor] = []

    def add(self, draws: Tensor) -> None:
        """Look at draws (n, *shape)."""
        for draw in draws:
            self._seen += 1
            if len(self._kept) < self._room:
                self._kept.append(draw)
                continue
            place = int(torch.randint(self._seen, (), generator=self._rng))
            if place < self._room:
                self._kept[place] = draw

    def kept(self) -> Tensor:
        """What was chosen, (n, *shape)."""
        return torch.stack(self._kept)
