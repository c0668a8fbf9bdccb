"""Numbers of the information tab: the first filter on its way through the plane, in closed form."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from workbench.lessons.readouts.base import Readout
from workbench.parameters import Range
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.analysis.information.paths import Track
    from workbench.lessons.demonstration import Demonstration

Which = Annotated[int, Range(1, 2, limits=(1, 2)), "path: of the filter, or of the one that it is compared with"]


@dataclass(frozen=True)
class BestOfPath(Readout):
    """The iteration at which the mean square error of a path is least."""

    path: Which = 1

    def read(self, shown: "Demonstration") -> float:
        track = _track(shown, self.path)
        return float(track.k[track.best])

    def __str__(self) -> str:
        return f"the iteration of the least error on path {self.path}"


@dataclass(frozen=True)
class BitsOfPath(Readout):
    """Bits at the end of a path through the plane, or at its least error."""

    path: Which = 1
    at_best: Annotated[bool, "at the least error instead of the end"] = False

    whose: ClassVar[str]

    @abstractmethod
    def bits(self, track: "Track") -> Any:
        """Those along the path."""

    def read(self, shown: "Demonstration") -> float:
        track = _track(shown, self.path)
        return float(self.bits(track)[track.best if self.at_best else -1])

    def __str__(self) -> str:
        return f"the bits of the {self.whose} at the {'least error' if self.at_best else 'end'} of path {self.path}"


class TruthBitsOfPath(BitsOfPath):
    """I(x; x_k) in bits at the end of a path, or at its least error: what the iterate knows of the truth."""

    whose = "truth"

    def bits(self, track: "Track") -> Any:
        return track.i_x


class DataBitsOfPath(BitsOfPath):
    """I(y; x_k) in bits at the end of a path, or at its least error: what the iterate keeps of the data."""

    whose = "data"

    def bits(self, track: "Track") -> Any:
        return track.i_y


@dataclass(frozen=True)
class PathBelowCurve(Readout):
    """How many bits a path is below the bottleneck curve at its least error."""

    path: Which = 1

    def read(self, shown: "Demonstration") -> float:
        gap = _track(shown, self.path).gap
        return float("nan") if gap is None else gap

    def __str__(self) -> str:
        return f"the bits below the bottleneck curve on path {self.path}"


def _track(shown: "Demonstration", path: int) -> "Track":
    tracks = shown.paths.tracks
    if path > len(tracks):
        raise Refusal(f"a path from 1 to {len(tracks)}", str(path), "choose a second filter: compared_with")
    return tracks[path - 1]
