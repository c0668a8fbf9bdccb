"""A few cells of a grid of choices that still try every pair of choices once."""

import heapq
import itertools
from collections.abc import Hashable, Sequence
from typing import TypeVar

Cell = TypeVar("Cell", bound=tuple[Hashable, ...])


def cover(cells: Sequence[Cell], strength: int = 2) -> list[Cell]:
    """Some of the cells, in their order: what choices stand together in one of all do so in one of these.

    A cell is one choice for each factor; the cells given are the valid ones. `strength` choices at a time: 2 are
    pairs. Greedy and without chance: always the first of those that try most that is new. Cohen et al. 1997, doi
    10.1109/32.605761.
    """
    done: set[tuple] = set()
    taken: list[int] = []

    def untried(index: int) -> list[tuple]:
        return [c for c in itertools.combinations(enumerate(cells[index]), strength) if c not in done]

    queue = [(-len(untried(index)), index) for index in range(len(cells))]
    heapq.heapify(queue)
    while queue:
        gain, index = queue[0]
        new = untried(index)
        if not new:
            heapq.heappop(queue)
        elif len(new) < -gain:
            # What a cell adds only shrinks: the first that still adds what it did when it was queued is the best.
            heapq.heapreplace(queue, (-len(new), index))
        else:
            done.update(new)
            taken.append(index)
    return [cells[index] for index in sorted(taken)]
