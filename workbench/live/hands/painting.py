"""What hands do to an experiment in the middle of its run: paint on the truth, lose data, and take that back."""

from collections.abc import Callable

from workbench.data import Painted
from workbench.data.regions import LOST, PAINTED, Region
from workbench.experiment import Experiment
from workbench.parameters import changed
from workbench.refusal import Refusal

Strokes = tuple[str, ...]  # what hands have done, PAINTED or LOST, in its order
Hand = Callable[[Experiment, Strokes], tuple[Experiment, Strokes]]


def painting(region: Region, value: float) -> Hand:
    """A region of the truth at another value; the noise of the data is drawn as before."""

    def painted(experiment: Experiment, done: Strokes) -> tuple[Experiment, Strokes]:
        truth, source = experiment.truth, experiment.source
        if truth is None or source is not truth:
            came = "measured data" if truth is None else "data that are made on a finer grid"
            remedy = "choose a signal, or lose data instead"
            raise Refusal("a signal of which the data are made, to paint on", came, remedy)
        under = truth if isinstance(truth, Painted) else Painted(truth)
        now = changed(under, regions=(*under.regions, region), values=(*under.values, value))
        return changed(experiment, source=now), (*done, PAINTED)

    return painted


def losing(region: Region) -> Hand:
    """The data of a region lost; all others stay as they are."""

    def lost(experiment: Experiment, done: Strokes) -> tuple[Experiment, Strokes]:
        return changed(experiment, lost=(*experiment.lost, region)), (*done, LOST)

    return lost


def undone(experiment: Experiment, done: Strokes) -> tuple[Experiment, Strokes]:
    """Without the newest of what was done; of what nobody has told, data come back first.

    Refusal where there is nothing to take back.
    """
    truth = experiment.truth
    painted_now = isinstance(truth, Painted) and bool(truth.regions)
    able = [LOST] * bool(experiment.lost) + [PAINTED] * painted_now
    if not able:
        raise Refusal("something to take back", "a truth and data as they were", "paint first, or lose data")
    if next((each for each in reversed(done) if each in able), able[0]) == LOST:
        return changed(experiment, lost=experiment.lost[:-1]), done[:-1]
    assert isinstance(truth, Painted)
    left = changed(truth, regions=truth.regions[:-1], values=truth.values[:-1])
    return changed(experiment, source=left if left.regions else truth.signal), done[:-1]


def clean(experiment: Experiment) -> Experiment:
    """With nothing painted and nothing lost: those belong to the truth and to the data that there were."""
    return changed(experiment, source=experiment.source.bare, lost=())
