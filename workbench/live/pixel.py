"""One pixel of a run: its value from moment to moment, and what the operator makes of it."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from workbench.jobs import RunMoment
from workbench.live.cut import MIDDLE, Cut
from workbench.live.frames import Frame, picture
from workbench.live.images import Array
from workbench.live.session import Session
from workbench.live.study import Studies, Study
from workbench.operators import Operator
from workbench.refusal import Refusal

Place = tuple[int, ...]
_COVER, _FEWEST = 0.9, 8  # of the draws lie in the interval; fewer draws have none
_SEEN = 1e-6  # of the largest entry: what is less is rounding


@dataclass(frozen=True)
class PixelReach:
    """Pictures of A*A e, the local point spread, and of A e, the data that see a pixel e; `count` of them do."""

    spread: Array
    seen: Array
    count: int
    of: int


@dataclass(frozen=True)
class PixelCourse:
    """The value at the kept moments of a run and now, of colours the mean; the truth, where it is known.

    `interval` holds nine tenths of the draws kept of the later half, where the method draws; None elsewhere.
    """

    ks: tuple[int, ...]
    values: tuple[float, ...]
    truth: float | None
    interval: tuple[float, float] | None
    draws: int


class PixelStudies(Studies):
    """`place` is the pixel that is looked at, row and column from 0, or the sample of a 1-D signal; None: none."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.place: Place | None = None
        self.reach: Study[PixelReach] = Study(lambda: session.experiment.device, self._reached, self._of)
        self._known: dict[tuple[int, Cut], tuple[RunMoment, float]] = {}
        super().__init__(self.reach)

    def choose(self, place: Place | None) -> None:
        """Look at another pixel, or at none; a complaint where the picture has no such."""
        shape = self.session.pictures().shape[:2]
        if place is not None and not inside(place, shape):
            wanted = f"a pixel of a picture of {' x '.join(map(str, shape))} px, counted from 0"
            self.complaint = str(Refusal(wanted, ", ".join(map(str, place)), "click into the picture"))
            return
        self.place, self.complaint, self._known = place, "", {}
        if place is None:
            self.reach.forget()
        else:
            self.reach.start()

    def centre(self) -> Place:
        """The pixel in the middle."""
        return tuple(n // 2 for n in self.session.pictures().shape[:2])

    def set(self, path: str, value: Any) -> None:
        """Row or column by number; where the pixel has it already, nothing is said anew and a complaint stays."""
        if self.place is not None:
            axis = ("row", "column").index(path)
            if self.place[axis] != value:
                self.choose((*self.place[:axis], int(value), *self.place[axis + 1 :]))

    def course(self, frame: Frame) -> PixelCourse:
        """What is known of the value by now."""
        assert self.place is not None
        rows = [(moment.k, self._value(moment)) for moment in frame.moments]
        if frame.at is None and frame.image is not None and (not rows or rows[-1][0] < frame.k):
            rows.append((frame.k, _at(frame.image, self.place)))
        values = tuple(value for _, value in rows)
        drawn = self.session.experiment.algorithm
        later = values[len(values) // 2 :] if drawn.random and not drawn.draws_at_end else ()
        ends = np.quantile(later, [(1 - _COVER) / 2, (1 + _COVER) / 2]) if len(later) >= _FEWEST else None
        truth = self.session.pictures().truth
        return PixelCourse(
            tuple(k for k, _ in rows),
            values,
            None if truth is None else _at(truth, self.place),
            None if ends is None else (float(ends[0]), float(ends[1])),
            len(later),
        )

    def _value(self, moment: RunMoment) -> float:
        assert self.place is not None
        key = moment.k, self.session.cut
        found = self._known.get(key)
        if found is None or found[0] is not moment:
            found = self._known[key] = moment, _at(picture(moment.picture, self.session.cut), self.place)
        return found[1]

    def _of(self) -> Hashable:
        return self.place, self.session.cut, id(self.session.problem.given_operator)

    def _reached(self) -> Any:
        problem, place, cut, state = self.session.problem, self.place, self.session.cut, self.session.seen[1]
        operator = problem.given_operator
        around = problem.picture(problem.zeros() if state is None else state.x)[:1]
        if place is None:
            return None

        def found() -> Iterator[PixelReach]:
            yield reach(operator, around, place, cut)

        return found


def inside(place: Place, shape: tuple[int, ...]) -> bool:
    """Whether a picture of this shape has such a pixel; of a colour picture the third side are the channels."""
    sides = shape[:2]
    return len(place) == len(sides) and all(0 <= i < n for i, n in zip(place, sides, strict=True))


def reach(operator: Operator, around: torch.Tensor, place: Place, cut: Cut = MIDDLE) -> PixelReach:
    """What an operator, by its Jacobian at a picture `around`, (1, C, *space), makes of one pixel of it.

    The pixel is 1 in each channel that is drawn: in all three of a colour picture, else in the first. Of a volume it
    lies in the plane that is drawn, and so do both pictures.
    """
    point = torch.zeros_like(around)
    channels = slice(None) if around.shape[1] == 3 else slice(1)
    point[(0, channels, *cut.in_volume(place, tuple(around.shape[2:])))] = 1
    with torch.no_grad():
        linear = operator.at(around)
        seen = linear(point)
        spread = linear.adjoint(seen)
    sizes = seen.abs()
    count = int((sizes > _SEEN * sizes.amax()).sum())
    return PixelReach(_flat(picture(spread, cut)), _flat(picture(seen, cut)), count, sizes.numel())


def _flat(image: Array) -> Array:
    return image.mean(axis=2) if image.ndim == 3 else image


def _at(image: Array, place: Place) -> float:
    return float(np.mean(image[place]))
