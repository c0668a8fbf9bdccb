"""A curve as a small picture."""

import numpy as np


def curve_picture(values: np.ndarray, size: tuple[int, int], limits: tuple[float, float] | None = None) -> np.ndarray:
    """`size` rows and columns, light (1), dark (0) where the curve passes, from edge to edge.

    `limits` are the values of the lowest and the highest row: the least and the largest value unless given.
    """
    rows, columns = size
    heights = np.interp(np.linspace(0, len(values) - 1, columns), np.arange(len(values)), values)
    low, high = limits or (float(heights.min()), float(heights.max()))
    levels = np.clip((high - heights) / ((high - low) or 1.0), 0, 1)
    places = np.round(levels * (rows - 1)).astype(int)
    picture = np.ones(size, np.float32)
    before = places[0]
    for column, row in enumerate(places):
        picture[min(before, row) : max(before, row) + 1, column] = 0
        before = row
    return picture
