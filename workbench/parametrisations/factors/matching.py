"""Which component of one factorisation is which of another."""

import torch
from torch import Tensor


def matched(rows: Tensor, others: Tensor) -> list[int]:
    """For each row of `others`, (1, K, n), the row of `rows` that stands for it: the most alike pairs first.

    Alike by the cosine of their angle; greedy, which is the best assignment where components are apart.
    """
    here, there = (torch.nn.functional.normalize(each[0], dim=-1) for each in (rows, others))
    likeness = there @ here.mT
    order = [0] * len(likeness)
    for _ in range(len(likeness)):
        row, column = divmod(int(likeness.argmax()), likeness.shape[1])
        order[row] = column
        likeness[row], likeness[:, column] = -torch.inf, -torch.inf
    return order
