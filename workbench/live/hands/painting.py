"""What hands do to an experiment in the middle of its run: paint on the truth, lose data, and take that back."""

from collections.abc import Sequence

from workbench.data import Painted
from workbench.data.regions import Region
from workbench.experiment import Experiment
from workbench.parameters import changed
from workbench.refusal import Refusal

TRUTH, DATA = "painted", "lost"


def painted(experiment: Experiment, region: Region, value: float) -> Experiment:
    """With a region of the truth at another value; the noise of the data is drawn as before."""
    truth, source = experiment.truth, experiment.source
    if truth is None or source is not truth:
        came = "measured data" if truth is None else "data that are made on a finer grid"
        raise Refusal("a signal of which the data are made, to paint on", came, "choose a signal, or lose data instead")
    under = truth if isinstance(truth, Painted) else Painted(truth)
    now = changed(under, regions=(*under.regions, region), values=(*under.values, value))
    return changed(experiment, source=now)


def without_data(experiment: Experiment, region: Region) -> Experiment:
    """With the data of a region lost; all others stay as they are."""
    return changed(experiment, lost=(*experiment.lost, region))


def undone(experiment: Experiment, done: Sequence[str]) -> Experiment:
    """Without the newest of what was done, TRUTH or DATA in that order; of what nobody has told, data come back first.

    Refusal where there is nothing to take back.
    """
    truth = experiment.truth
    painted_now = isinstance(truth, Painted) and bool(truth.regions)
    able = [DATA] * bool(experiment.lost) + [TRUTH] * painted_now
    if not able:
        raise Refusal("something to take back", "a truth and data as they were", "paint first, or lose data")
    if next((each for each in reversed(done) if each in able), able[0]) == DATA:
        return changed(experiment, lost=experiment.lost[:-1])
    assert isinstance(truth, Painted)
    left = changed(truth, regions=truth.regions[:-1], values=truth.values[:-1])
    return changed(experiment, source=left if left.regions else truth.signal)


def clean(experiment: Experiment) -> Experiment:
    """With nothing painted and nothing lost: those belong to the truth and to the data that there were."""
    return changed(experiment, source=experiment.source.bare, lost=())
