"""Which planes of a batch go on, by their gaps, and Nesterov's weights of their next steps."""

from functools import lru_cache

import numpy as np

from workbench.kernels.tv.reference import momentum

_plan = lru_cache(1024)(momentum)  # planes have few different histories, and ten steps of it take 40 us in arrays


class Verdicts:
    """Value, gap and steps of each plane, (N,) each; `active` are those that have neither settled nor spent all."""

    def __init__(self, planes: np.ndarray, weights: np.ndarray, tolerance: float, iterations: int) -> None:
        count = len(planes)
        sizes = np.abs(planes).sum(tuple(range(1, planes.ndim)), dtype=np.float64)
        self._floor = np.finfo(planes.dtype).eps * weights * sizes
        self._weights, self._tolerance, self._iterations = weights, tolerance, iterations
        self._theta, self._k = np.ones(count), 0
        self.value, self.gap, self.done = np.zeros(count), np.zeros(count), np.zeros(count, np.int64)
        self.active = np.arange(count)

    def betas(self, most: int, dtype: np.dtype) -> np.ndarray:
        """The weights of each plane's next steps, at most so many: (N, steps)."""
        block = min(most, self._iterations - self._k)
        plans = [_plan(place, block) for place in self._theta.tolist()]
        self._theta = np.array([end for _, end in plans])
        self._k += block
        return np.array([w for w, _ in plans], dtype)

    def judge(self, sums: np.ndarray, uphill: np.ndarray) -> np.ndarray:
        """Those that stop now. sums (N, parts of a plane, 3) has |u - x|^2, |Du| and |Du| - <Du, p>."""
        active = self.active
        distance, size, slack = sums[active].sum(1).T
        self.value[active] = distance / 2 + self._weights[active] * size
        self.gap[active] = np.maximum(self._weights[active] * slack, 0)
        self.done[active] = self._k
        self._theta[uphill.sum(1) > 0] = 1.0
        goal = np.maximum(self._tolerance * self.value[active], self._floor[active])
        going = (self.gap[active] > goal) & (self._k < self._iterations)  # a NaN stops, too
        self.active = active[going]
        return active[~going]
