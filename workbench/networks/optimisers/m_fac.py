"""Steps by the inverse of the sum of the last gradients' squares."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.networks.optimisers.base import Batch, Optimiser, OptimiserState, Shuffle
from workbench.parameters import Range
from workbench.preconditioners import RankOneSum


@dataclass(frozen=True)
class MFACState(OptimiserState):
    """With the last gradients, (S, window, P), the newest last, their products, (S, window, window), and how many."""

    rows: Tensor = field(kw_only=True)
    gram: Tensor = field(kw_only=True)
    age: int = field(kw_only=True, default=0)


@dataclass(frozen=True)
class MFAC(Optimiser[MFACState]):
    """x <- x - step F^-1 slope, F = damping I + (1/m) sum g_i g_i' over the last m <= window slopes, this one included.

    F is a rank-m estimate of the Fisher information: of directions in which slopes have been large, steps are short.
    No matrix is made: `preconditioners.RankOneSum`, window + 1 products a step. Each seed has a window of its own.
    Frantar, Kurtic & Alistarh 2021, arXiv:2107.03356.
    """

    step_size: Annotated[float, Range(1e-5, 1, log=True, limits=(0, 1e6)), "learning rate"] = 1e-3
    batch: Batch = 64
    window: Annotated[int, Range(1, 512, log=True, limits=(1, 10_000)), "slopes that are remembered"] = 32
    damping: Annotated[float, Range(1e-6, 1, log=True, limits=(1e-12, 1e6)), "what is added to every direction"] = 1e-3
    shuffle: Shuffle = True

    def begun(self, state: OptimiserState) -> MFACState:
        count, _, size = state.x.shape
        rows = state.x.new_zeros(count, self.window, size)
        gram = torch.zeros(count, self.window, self.window, dtype=torch.float64, device=state.x.device)
        return MFACState(state.x, 0, state.measured, order=state.order, rows=rows, gram=gram)

    def moved(self, state: MFACState, slope: Tensor) -> MFACState:
        # A person may have changed how many are remembered.
        kept = min(state.age, self.window, state.rows.shape[1])
        rows = state.rows.new_zeros(len(slope), self.window, slope.shape[2])
        gram = state.gram.new_zeros(len(slope), self.window, self.window)
        x = torch.empty_like(state.x)
        for item, g in enumerate(slope[:, 0]):
            place = slice(state.rows.shape[1] - kept, None)
            known = RankOneSum(self.damping, self.window, state.rows[item, place], state.gram[item, place, place])
            known = known.add(g)
            count = len(known.rows)
            rows[item, -count:], gram[item, -count:, -count:] = known.rows, known.gram
            x[item, 0] = state.x[item, 0] - self.step_size * known.solve(g)
        return replace(state, x=x, rows=rows, gram=gram, age=state.age + 1)

    def current_step(self, state: State) -> float:
        return self.step_size
