"""Points of two or more coordinates on the CPU: a tree of boxes, whose leaves are looked at a whole one at a time.

Rounding keeps the order of differences, so that what a box says of its points in floating point holds of each of them:
the answers are those of all pairs, bit for bit.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers

LEAF = 32  # points, at least, and less than twice as many: their distances vectorise, and few are in vain
DEPTH = 64  # boxes that wait for a visit: one a level
FIRST = 8  # coordinates of all points of a leaf: with more, few of them are still near, and are followed one by one


class BoxTree:
    """Points (N, d) leaf by leaf, and the boxes that hold them.

    Box 1 has all; the halves of box m are 2 m and 2 m + 1. `spans` says which places it has, and `order` from which row
    the point of each place came. Of a leaf, `points` has the first coordinates, then the second, and so on.
    """

    def __init__(self, x: Tensor) -> None:
        rows = x.detach().contiguous().numpy()
        leaves = 1 << max(0, (len(rows) // LEAF).bit_length() - 1)
        self.order, self.spans = np.arange(len(rows)), np.empty((2 * leaves, 2), np.int64)
        self.points, self.boxes = np.empty(rows.size, rows.dtype), np.empty((2 * leaves, 2, rows.shape[1]), rows.dtype)
        _grow(rows, self.spans, self.boxes, self.order)
        _lay(rows, self.spans[leaves:], self.order, self.points)

    def ask(self, kernel: Callable[..., Any], *args: np.ndarray) -> None:
        """Call a kernel for all leaves, in several threads where that pays."""
        threads = workers(len(self.order) * self.points.size)
        share(kernel, len(self.spans) // 2, threads, (self.points, self.spans, self.boxes, self.order), *args)


def neighbours(x: Tensor, k: int) -> Tensor:
    found = torch.empty(len(x), k, dtype=x.dtype)
    BoxTree(x).ask(_nearest, found.numpy())
    return found


def within(x: Tensor, radii: Tensor) -> Tensor:
    found = torch.empty(len(x), dtype=torch.int64)
    BoxTree(x).ask(_within, radii.detach().contiguous().numpy(), found.numpy())
    return found


@compiled
def _select(keys, order, span, middle):
    """Swap within a span until no key before the middle is larger than one behind it: Hoare's selection."""
    low, high = span[0], span[1] - 1
    while low < high:
        pivot, i, j = keys[middle], low, high
        while i <= j:
            while keys[i] < pivot:
                i += 1
            while pivot < keys[j]:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if j < middle:
            low = i
        if middle < i:
            high = j


@compiled
def _bound(rows, places, box):
    low, high = box
    low[:] = np.inf
    high[:] = -np.inf
    for place in places:
        for c in range(rows.shape[1]):
            low[c] = min(low[c], rows[place, c])
            high[c] = max(high[c], rows[place, c])


@compiled
def _grow(rows, spans, boxes, order):
    """Halve each box along its longest edge."""
    keys = np.empty(len(rows), rows.dtype)
    spans[1] = 0, len(rows)
    for node in range(1, len(spans)):
        first, last = spans[node]
        _bound(rows, order[first:last], boxes[node])
        if 2 * node < len(spans):
            edge = np.argmax(boxes[node, 1] - boxes[node, 0])
            for t in range(first, last):
                keys[t] = rows[order[t], edge]
            middle = (first + last) // 2
            _select(keys, order, spans[node], middle)
            spans[2 * node], spans[2 * node + 1] = (first, middle), (middle, last)


@compiled
def _lay(rows, leaves, order, points):
    axes = rows.shape[1]
    for first, last in leaves:
        leaf = points[axes * first : axes * last].reshape(axes, last - first)
        for t in range(last - first):
            for c in range(axes):
                leaf[c, t] = rows[order[first + t], c]


@compiled
def _distances(leaf, here, radius, apart):
    """The distances of a leaf's points (d, points) from one where they are below the radius, else some that are not."""
    axes, size = leaf.shape
    for t in range(size):
        apart[t] = abs(leaf[0, t] - here[0])
    for c in range(1, min(axes, FIRST)):
        column, place = leaf[c], here[c]
        for t in range(size):
            apart[t] = max(apart[t], abs(column[t] - place))
    if axes > FIRST:
        for t in range(size):
            c = FIRST
            while c < axes and apart[t] < radius:
                apart[t] = max(apart[t], abs(leaf[c, t] - here[c]))
                c += 1


@compiled
def _outside(box, here, radius):
    """Whether nothing in a box is nearer than the radius."""
    for c in range(len(here)):  # noqa: SIM110 - Numba has no generators that are as fast
        if box[0, c] - here[c] >= radius or here[c] - box[1, c] >= radius:
            return True
    return False


@compiled
def _inside(box, here, radius):
    """Whether all of a box is nearer than the radius."""
    for c in range(len(here)):  # noqa: SIM110
        if not (box[1, c] - here[c] < radius and here[c] - box[0, c] < radius):
            return False
    return True


@compiled
def _keep(apart, nearest):
    """Put distances where they belong among the nearest, which ascend; the last of these fall out."""
    count, last = 0, len(nearest) - 1
    for t in range(len(apart)):
        count += apart[t] < nearest[last]
    if count == 0:
        return
    for t in range(len(apart)):
        if apart[t] < nearest[last]:
            place = last
            while place > 0 and nearest[place - 1] > apart[t]:
                nearest[place] = nearest[place - 1]
                place -= 1
            nearest[place] = apart[t]


@compiled
def _leaf(points, span, axes):
    return points[axes * span[0] : axes * span[1]].reshape(axes, span[1] - span[0])


@compiled
def _nearest(first, last, tree, out):
    """For the points of some leaves: what is in their own leaf, in its sibling, in that of the box above, and so on."""
    points, spans, boxes, order = tree
    axes, leaves = boxes.shape[2], len(boxes) // 2
    apart, here, waiting = np.empty(2 * LEAF, points.dtype), np.empty(axes, points.dtype), np.empty(DEPTH, np.int64)
    for own in range(leaves + first, leaves + last):
        begin, end = spans[own]
        leaf = _leaf(points, spans[own], axes)
        for i in range(begin, end):
            here[:] = leaf[:, i - begin]
            nearest = out[order[i]]
            nearest[:] = np.inf
            _distances(leaf, here, np.inf, apart)
            apart[i - begin] = np.inf
            _keep(apart[: end - begin], nearest)
            above = own
            while above > 1:
                waiting[0], count = above ^ 1, 1
                above //= 2
                while count > 0:
                    count -= 1
                    node = waiting[count]
                    if _outside(boxes[node], here, nearest[-1]):
                        continue
                    if node < leaves:
                        waiting[count], waiting[count + 1] = 2 * node, 2 * node + 1
                        count += 2
                    else:
                        _distances(_leaf(points, spans[node], axes), here, nearest[-1], apart)
                        _keep(apart[: spans[node, 1] - spans[node, 0]], nearest)


@compiled
def _within(first, last, tree, radii, out):
    """For the points of some leaves: boxes wholly within the radius count without a look at their points."""
    points, spans, boxes, order = tree
    axes, leaves = boxes.shape[2], len(boxes) // 2
    apart, here, waiting = np.empty(2 * LEAF, points.dtype), np.empty(axes, points.dtype), np.empty(DEPTH, np.int64)
    for own in range(leaves + first, leaves + last):
        begin, end = spans[own]
        for i in range(begin, end):
            here[:] = _leaf(points, spans[own], axes)[:, i - begin]
            radius, found = radii[order[i]], 0
            waiting[0], count = 1, 1
            while count > 0:
                count -= 1
                node = waiting[count]
                if _outside(boxes[node], here, radius):
                    continue
                if _inside(boxes[node], here, radius):
                    found += spans[node, 1] - spans[node, 0]
                elif node < leaves:
                    waiting[count], waiting[count + 1] = 2 * node, 2 * node + 1
                    count += 2
                else:
                    _distances(_leaf(points, spans[node], axes), here, radius, apart)
                    for t in range(spans[node, 1] - spans[node, 0]):
                        found += apart[t] < radius
            out[order[i]] = found - (radius > 0)  # the point itself
