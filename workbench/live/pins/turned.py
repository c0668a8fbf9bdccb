"""What a switch makes of runs that stand beside each other: the width or an end of their intervals."""

from dataclasses import replace

import torch
from torch import Tensor

from workbench.analysis.chains import Interval
from workbench.live.frames import picture
from workbench.live.images import Array, Limits, from_nothing
from workbench.live.pins.one_beside import DATA, NOW, TRUTH, OneBeside
from workbench.live.pins.pin_intervals import PinIntervals
from workbench.live.session import Session
from workbench.live.studies.intervals import LOW, OFF, WIDTH, IntervalStudy
from workbench.tuning.quantifiers import QuantifiedPicture


class TurnedRuns:
    """`look` is what runs show in place of their pictures: OFF, or one of the looks of intervals."""

    def __init__(self, session: Session) -> None:
        self._session, self.look = session, OFF
        self._made: dict[str, tuple[tuple[object, ...], Interval, Array, str]] = {}
        self.own, self.pinned = session.companion(IntervalStudy), session.companion(PinIntervals)

    @property
    def off(self) -> bool:
        """Whether runs show their pictures."""
        return self.look == OFF

    def start(self) -> None:
        """Find the intervals that are not there yet."""
        if self.own.found is None and not self.own.unmet:
            self.own.work.start()
        self.pinned.work.start()

    def cancel(self) -> None:
        """End what goes on; what was found stays."""
        self.own.cancel()
        self.pinned.cancel()

    def show(self, seen: bool) -> None:
        """Wait while it is out of sight; what is found for the present run waits where the tab Pictures says so."""
        if seen:
            self.own.show(seen)
        self.pinned.show(seen)

    def tick(self) -> tuple[object, ...]:
        """Take in what is new; another value whenever there is something to draw."""
        self.own.tick()
        self.pinned.tick()
        return self.look, self.own.work.mark, self.pinned.work.mark, self.own.complaint

    def turned(self, there: dict[str, OneBeside]) -> dict[str, OneBeside]:
        """Those that stand beside each other, as the switch shows them: beside widths is no truth, and are no data."""
        if self.off:
            return there
        return {key: self._one(each) for key, each in there.items() if key not in (TRUTH, DATA) or self.look != WIDTH}

    def limits(self, there: tuple[OneBeside, ...]) -> Limits:
        """One scale for all widths, from 0."""
        return from_nothing(*(each.picture for each in there if each.picture is not None))

    def sentence(self, there: dict[str, OneBeside]) -> str:
        """Which runs have no interval, and why."""
        if self.off:
            return ""
        said = [f"{each.label}: {why}" for key, each in there.items() if (why := self._missing(key))]
        return f"Without an interval: {'; '.join(said)}." if said else ""

    def _missing(self, key: str) -> str:
        """Why a run has no interval; empty where it has one, or is none."""
        if key in (TRUTH, DATA):
            return ""
        found = self._found(key)
        if found is not None and found.interval is not None:
            return ""
        unmet = self.own.unmet if key == NOW else self.pinned.unmet(self._session.pins.at(int(key)))
        going = "" if found is None else f"{found.done} of {found.whole}"
        return unmet or going or "not found yet"

    def _found(self, key: str) -> QuantifiedPicture | None:
        return self.own.found if key == NOW else self.pinned.of(self._session.pins.at(int(key)))

    def _one(self, each: OneBeside) -> OneBeside:
        if each.key in (TRUTH, DATA):
            return each
        found = self._found(each.key)
        stands = (*each.stands, self.look, id(found))
        if found is None or found.interval is None:
            return replace(each, picture=None, stands=stands)
        drawn, inside = self._drawn(each.key, found.interval)
        said = f"mean {float(drawn.mean()):.3g}"
        return replace(each, picture=drawn, stands=stands, said=said + inside)

    def _drawn(self, key: str, interval: Interval) -> tuple[Array, str]:
        """The picture, and how much of the truth lies inside, where it is known; made once."""
        cut = self._session.cut
        asked = self.look, cut, id(interval)
        if key not in self._made or self._made[key][0] != asked:
            if self.look == WIDTH:
                drawn = picture(interval.width.mean(0, keepdim=True)[None], cut)
            else:
                drawn = picture((interval.low if self.look == LOW else interval.high)[None], cut)
            truth = self._truth(key)
            inside = "" if truth is None else f" · {interval.coverage(truth.to(interval.low)):.0%} inside"
            self._made[key] = asked, interval, drawn, inside  # which is kept, so that no other has its identity
        return self._made[key][2:]

    def _truth(self, key: str) -> Tensor | None:
        """(C, *space) of the first picture."""
        if key == NOW:
            truth = self._session.problem.truth
            return None if truth is None else truth[0]
        dataset = self._session.pins.at(int(key)).run.dataset
        return torch.from_numpy(dataset["truth"].values[0]) if "truth" in dataset else None
