"""A cover of a grid holds every pair of choices that is valid, and far fewer cells than the grid."""

import itertools
import random

import pytest

from workbench.analysis.grid import cover

FACTORS = ("abcdef", range(5), "uvw", range(10, 17))


def valid(cell: tuple) -> bool:
    """Some pairs are never valid, and some cells are not though each of their pairs is."""
    letter, number, end, _ = cell
    return (letter, number) != ("b", 3) and (letter, number, end) != ("c", 1, "v")


CELLS = [cell for cell in itertools.product(*FACTORS) if valid(cell)]


def together(cells: list[tuple], strength: int) -> set[tuple]:
    return {c for cell in cells for c in itertools.combinations(enumerate(cell), strength)}


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_every_choice_that_stands_with_another_still_does(strength: int) -> None:
    few = cover(CELLS, strength)
    assert set(few) <= set(CELLS) and len(set(few)) == len(few)
    assert together(few, strength) == together(CELLS, strength)


@pytest.mark.parametrize(("strength", "least", "most"), [(1, 7, 7), (2, 42, 50), (3, 203, 260)])
def test_a_cover_is_small(strength: int, least: int, most: int) -> None:
    """No cover has fewer cells than the two, three largest factors have pairs, triples; a greedy one few more."""
    assert least <= len(cover(CELLS, strength)) <= most < len(CELLS)


def test_the_same_cells_give_the_same_cover_and_none_gives_none() -> None:
    shuffled = random.Random(0).sample(CELLS, len(CELLS))
    assert cover(CELLS) == cover(list(CELLS)) == sorted(cover(CELLS), key=CELLS.index)
    assert together(cover(shuffled), 2) == together(CELLS, 2)
    assert cover([]) == []
