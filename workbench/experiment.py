"""A whole experiment as one describable object: what the page shows, a command runs and a file remembers."""

import json
import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, cast

import numpy as np
import torch
from torch import Tensor

from workbench import catalog, devices
from workbench.algorithms import Algorithm
from workbench.algorithms.choice import suited_to
from workbench.analysis import standard
from workbench.data import Array, AxisOfRotation, File, Measured, Shipped, Signal, Source, centre, measured_mask
from workbench.data.regions import Region
from workbench.data.regions.lost import operator_without, problem_without
from workbench.noise import Gaussian, Noise
from workbench.operators import GaussianBlur, Operator
from workbench.parameters import VERSION, Checked, Range, changed, current, describe, parameters, rebuild, renamed
from workbench.parametrisations import Direct, Parametrisation
from workbench.priors import Prior, TotalVariation, Zero
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.run import Keeper, Probe, arrays_in, described, recorded, with_arrays, with_source
from workbench.stopping import Stop
from workbench.storage import Claim
from workbench.tensors import Shape, shown
from workbench.tuning import PathPoint, Selector, Tuning, Walk, tune, weighed

if TYPE_CHECKING:
    import xarray as xr

Watched = Callable[[PathPoint], object] | None  # sees the points of a path, and ends it by answering True
_NONE: Mapping[str, np.ndarray] = MappingProxyType({})


@dataclass(frozen=True)
class Experiment(metaclass=Checked):
    """Take data, simulated or measured, reconstruct, and compare where there is a truth: `Experiment().run()`.

    An algorithm that is left out is chosen by the rule of `algorithms.choice`; a description names it.
    `describe(experiment)` is the run's specification; `fitted` builds the operator for signals of another shape, or
    for what the source gives.
    """

    saved = True

    source: Annotated[Source, "where the data come from: a signal to recover, or a measurement"] = Shipped()
    operator: Annotated[Operator, "forward operator"] = GaussianBlur((1, 256, 256), 2.0)
    noise: Annotated[Noise, "noise"] = Gaussian()
    prior: Annotated[Prior, "prior"] = TotalVariation()
    algorithm: Annotated[Algorithm, "algorithm; left out, the one that suits the others"] = cast(Algorithm, None)
    steps: Annotated[int, Range(1, 5000, log=True, limits=(1, 10_000_000)), "number of iterations"] = 300
    seed: Annotated[int, SEEDS, "seed of noise and sampler"] = 0
    device: Annotated[str, "device: cpu, cuda or cuda:0"] = devices.default()
    stop: Annotated[Stop | None, "rule that ends the run before its last iteration"] = None
    parametrisation: Annotated[Parametrisation, "what is looked for, and how it makes the picture"] = Direct()
    lost: Annotated[tuple[Region, ...], "which of the data are lost: no measurement, whatever stands there"] = ()

    def __post_init__(self) -> None:
        # It makes the pictures that the operator takes, whoever built that for which signal.
        object.__setattr__(self, "parametrisation", self.parametrisation.fitted(self.operator.in_shape))
        # Nobody reads None: what is left out is chosen here, so that readers need not ask.
        if self.algorithm is None:
            operator = operator_without(self.operator, self.lost)
            found = suited_to(operator, self.noise, self.prior, self.parametrisation)
            object.__setattr__(self, "algorithm", found)

    @property
    def truth(self) -> Signal | None:
        """The signal to recover, where it is known."""
        return self.source.truth

    @property
    def older_names(self) -> dict[str, str]:
        """A signal is described as the truth, as before there were other sources: who reads that finds it there."""
        return {"source": "truth"} if isinstance(self.source, Signal) else {}

    def problem(self, given: Tensor | None = None) -> Problem:
        """The problem on its device; `given`, the tensor of `source.loaded()`, saves reading it again."""
        device = devices.find(self.device)
        given = self.source.loaded().tensor if given is None else given
        # The prior may be of a block that only the parametrisation has: both come together.
        made = self.source.problem(self.operator, self.noise, Zero(), given, self.seed)
        made = problem_without(made, self.lost)
        return replace(made, prior=self.prior, parametrisation=self.parametrisation).to(device)

    def run(
        self,
        *probes: Probe,
        every: int = 1,
        begun: "xr.Dataset | None" = None,
        out: str | Path | Claim | None = None,
        said: Mapping[str, str] | None = None,
    ) -> "xr.Dataset":
        """Run it; without probes the standard ones are recorded. attrs["spec"] rebuilds the experiment.

        It goes on from the end of `begun`, a shorter run of the same experiment: as in one go, bit for bit. With `out`
        it is saved, while it goes and at its end: what is killed goes on from the last that was saved. Where the end
        cannot be saved, attrs["unsaved"] is the sentence. `said` are more attributes of the run.
        """
        if out is None:
            return self._recorded(probes, every, begun, None, said or {})
        with nullcontext(out) if isinstance(out, Claim) else Claim(out) as claim:
            result = self._recorded(probes, every, begun, claim.write, said or {})
            try:
                claim.write(result)
            except Refusal as refusal:  # the work is done
                warnings.warn(str(refusal), stacklevel=2)
                return result.assign_attrs(unsaved=str(refusal))
        return result

    def remarks(self, given: Tensor) -> tuple[str, ...]:
        """What a reader has to know of how operator and noise are taken to explain what the source gives."""
        of_noise = self.noise.remarks(given if self.truth is None else None)
        if of_noise and getattr(self.source, "steps", ()):
            of_noise = (
                *of_noise,
                "the map of the noise goes through no step: it is taken as the data are after theirs",
            )
        return (*self.source.remarks(self.operator), *of_noise)

    def _recorded(
        self,
        probes: tuple[Probe, ...],
        every: int,
        begun: "xr.Dataset | None",
        write: Callable[["xr.Dataset"], None] | None,
        said: Mapping[str, str],
    ) -> "xr.Dataset":
        """The run, written by `write` while it goes."""
        description = described(describe(self))  # before the work, which would be lost with it
        loaded = self.source.loaded()
        problem = self.problem(loaded.tensor)
        wanted = probes or standard(problem)
        if begun is not None:
            if not self.goes_on(begun):
                remedy = "change nothing but steps, stop and device, or begin a run of its own"
                raise Refusal("a run of this experiment to go on with", "one of another", remedy)
            problem = with_data_of(problem, begun)
        told = description | {"every": every} | self.source.told(loaded.tensor) | dict(said)
        loaded = replace(loaded, notes=(*loaded.notes, *self.remarks(loaded.tensor)))

        def whole(found: "xr.Dataset") -> "xr.Dataset":
            return with_source(with_arrays(found, self).assign_attrs(told), loaded)

        keeper = Keeper(lambda found: write(whole(found))) if write is not None else None
        numbers = {"steps": self.steps, "every": every, "seed": self.seed}
        return whole(recorded(problem, self.algorithm, wanted, numbers, self.stop, begun, keeper))

    def goes_on(self, begun: "xr.Dataset") -> bool:
        """Whether a run is one of this experiment: only its steps, its rule and its device may be others."""
        one, other = (describe(changed(e, steps=1, stop=None, device="cpu")) for e in (self, from_run(begun)))
        return one == other

    def tune(self, *selectors: Selector, walk: Walk | None = None, watch: Watched = None) -> Tuning:
        """The weight of the prior found from the data, by the rules given or by the one that suits: `tuning.tune`."""
        return tune(self.problem(), selectors, walk, watch=watch)

    def tuned(self, where: str = "weight", watch: Watched = None) -> tuple["Experiment", Tuning]:
        """The same with the weight that the automatic rule finds, a number like any other, and the reason for it.

        `where` is the path of the weight inside the prior.
        """
        found = self.tune(walk=Walk(where=where), watch=watch)
        return changed(self, prior=weighed(self.prior, found.weight, where)), found

    def centred(self) -> tuple["Experiment", AxisOfRotation]:
        """The same with the axis of rotation that its sinogram shows, `operator.offset`, and how it was found.

        An image that is as wide as the detector follows the axis. Refusal for other than parallel beams.
        """
        beams = centre.require(self.operator)  # before the data are read
        scan, axis = centre.centred(beams, changed(self, lost=()).problem().y, image_follows=self.truth is None)
        return changed(self, operator=scan), axis

    def sampled(self) -> tuple["Experiment", str]:
        """The same with the mask of the frequencies that its k-space has, `operator.pattern`, and how it was found.

        Refusal where the operator has no mask over Cartesian k-space.
        """
        operator, reason = measured_mask(self.operator, changed(self, lost=()).problem().y)
        return changed(self, operator=operator), reason

    def fitted(self, shape: Shape | None = None) -> "Experiment":
        """The same experiment with its operator built for signals of this shape; without one, for its source."""
        if shape is None:
            return changed(self, operator=self.source.fitted(self.operator, self.source.loaded().tensor))
        return changed(self, operator=fit(self.operator, shape))


def with_data_of(problem: Problem, begun: "xr.Dataset") -> Problem:
    """The problem with the data that a run keeps, where other data would be simulated here; Refusal for other sizes."""
    kept = torch.from_numpy(begun["y"].values)
    if kept.shape != problem.y.shape or kept.dtype != problem.y.dtype:
        raise Refusal(f"data of {shown(tuple(problem.y.shape))}", shown(tuple(kept.shape)), "begin a run of its own")
    return problem if torch.equal(kept, problem.y.cpu()) else replace(problem, y=kept.to(problem.y.device))


def fit(operator: Operator, shape: Shape) -> Operator:
    """The operator for signals of this shape, its other parameters kept; Refusal where it takes no such signal."""
    return operator.fitted(shape)


def part(kind: str, name: str, shape: Shape, **values: Any) -> Any:
    """A member of the catalogue by name, operators for signals of `shape`, with some parameters given."""
    cls = catalog.find(kind, name)
    takes_shape = any(p.name == "shape" for p in parameters(cls))
    made = cls(**({"shape": tuple(shape)} if takes_shape else {}), **values)
    return made.fitted(shape) if isinstance(made, Operator) else made


def from_description(description: Mapping[str, Any], arrays: Mapping[str, np.ndarray] = _NONE) -> Experiment:
    """The experiment that `describe` told, as found in a file or attrs["spec"]; one written by hand needs no type.

    One that `describe` told before descriptions had versions draws the numbers that it drew then.
    """
    by_hand = {"type": "experiment.Experiment", "version": VERSION}
    found = rebuild(description if "type" in description else by_hand | dict(description), arrays)
    if not isinstance(found, Experiment):
        raise Refusal("the description of an experiment", repr(description.get("type")), "save one with describe()")
    return found


def from_run(result: "xr.Dataset") -> Experiment:
    """The experiment of a run, as `Experiment.run` returned or `storage.load` read it.

    Its signal or its data are those that the run keeps, where the file they came from is gone or holds others by now,
    and where they never had one.
    """
    spec = current(json.loads(result.attrs["spec"]))
    named = renamed.arguments("experiment.Experiment", {n: v for n, v in spec.items() if n != "type"})
    if "source" not in named:
        return _of_data_alone(result, named)
    found = from_description(json.loads(result.attrs["spec"]), arrays_in(result))
    signal, source = found.truth, found.source
    if signal is not None and isinstance(signal.bare, File) and "truth" in result:
        truth = torch.from_numpy(result["truth"].values)
        kept = signal if _holds(signal, truth) else _kept(result, truth)
        return changed(found, source=kept if source is signal else changed(source, signal=kept))
    if isinstance(source, Measured) and isinstance(source.data, str):
        y = torch.from_numpy(result["y"].values)
        return found if _holds(source, y) else changed(found, source=_kept_data(result, source, y))
    return found


def _of_data_alone(result: "xr.Dataset", named: Mapping[str, Any]) -> Experiment:
    """The experiment of a run that was made by `run(problem, ...)`: its data are those of a measurement."""
    if "truth" in result:
        remedy = "go on with it in Python: storage.rebuild_run(result) gives its problem and algorithm"
        raise Refusal("a run that began with a signal", "one of data and a truth, made by run(problem, ...)", remedy)
    known, arrays = {p.name for p in parameters(Experiment)}, arrays_in(result)
    parts: dict[str, Any] = {n: rebuild(v, arrays) for n, v in named.items() if n in known}
    return Experiment(Measured(torch.from_numpy(result["y"].values)), **parts)


def _kept(result: "xr.Dataset", truth: Tensor) -> Array:
    """The signal of a run with what was done to the file that it came from, as `with_source` kept it."""
    gaps = torch.from_numpy(result["missing"].values[0]) if "missing" in result else None
    limits = tuple(map(float, result.attrs.get("limits", (0, 1))))
    return Array(truth[0], tuple(json.loads(result.attrs.get("notes", "[]"))), limits, gaps)


def _kept_data(result: "xr.Dataset", source: Measured, y: Tensor) -> Measured:
    """The data of a run, with a word about the file that is no longer what it was."""
    said = f"{source.name} is gone or has changed: these are the data that the run keeps"
    notes = (*json.loads(result.attrs.get("notes", "[]")), said)
    return Measured(y, units=str(result["y"].attrs.get("units", "")), notes=tuple(dict.fromkeys(notes)))


def _holds(source: Signal | Measured, kept: Tensor) -> bool:
    """Whether a file still gives what a run keeps of it: a signal to rounding, data bit for bit."""
    try:
        now = source.loaded().tensor
    except Refusal:
        return False
    if isinstance(source, Measured):
        return now.dtype == kept.dtype and torch.equal(now.reshape(-1), kept.reshape(-1))
    return now.shape == kept.shape and torch.allclose(now.to(kept.dtype), kept)


__all__ = ["Experiment", "fit", "from_description", "from_run", "part", "with_data_of"]
