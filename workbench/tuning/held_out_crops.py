"""Pictures to hold out, cropped from those that ship."""

from collections.abc import Sequence

import torch
from torch import Tensor

from workbench.data import truth
from workbench.refusal import Refusal
from workbench.tensors import Shape, stream

PICTURES = ("camera", "astronaut", "chelsea", "brick", "page", "moon")


def held_out_crops(names: Sequence[str], shape: Shape, count: int, seed: int) -> Tensor:
    """Random quarters of shipped pictures in grey, the same in every channel: (n, C, *space)."""
    if len(shape) != 3:
        raise Refusal("pictures to hold out", f"signals of {len(shape) - 1} axes", "give truths of your own in Python")
    side, rng = 2 * max(shape[1:]), stream(seed, "held-out pieces")
    pictures = [truth(name, side).mean(1, keepdim=True) for name in names]
    found = []
    for i in range(count):
        whole = pictures[i % len(pictures)]
        if whole.shape[2] < shape[1] or whole.shape[3] < shape[2]:
            whole = torch.nn.functional.interpolate(whole, (side, side), mode="bilinear")
        corner = [
            int(torch.randint(n - m + 1, (), generator=rng)) for n, m in zip(whole.shape[2:], shape[1:], strict=True)
        ]
        piece = whole[..., corner[0] : corner[0] + shape[1], corner[1] : corner[1] + shape[2]]
        found.append(piece.expand(1, *shape))
    return torch.cat(found)
