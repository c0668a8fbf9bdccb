"""A whole experiment as one describable object: what the page shows, a command runs and a file remembers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, cast

import numpy as np
import torch
from torch import Tensor

from workbench import catalog, devices
from workbench.algorithms import Algorithm
from workbench.algorithms.choice import suited_to
from workbench.analysis import standard
from workbench.data import Array, File, Shipped, Signal
from workbench.noise import Gaussian, Noise
from workbench.operators import GaussianBlur, Operator
from workbench.parameters import VERSION, Checked, Range, changed, describe, parameters, rebuild
from workbench.paths import Words, altered, below, built
from workbench.priors import Prior, TotalVariation
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.run import Probe, arrays_in, described, run, with_arrays, with_source
from workbench.stopping import Stop
from workbench.tensors import Shape

if TYPE_CHECKING:
    import xarray as xr

_NONE: Mapping[str, np.ndarray] = MappingProxyType({})


@dataclass(frozen=True)
class Experiment(metaclass=Checked):
    """Simulate data of a truth, reconstruct, and compare: `Experiment().run()`.

    An algorithm that is left out is chosen by the rule of `algorithms.choice`; a description names it.
    `describe(experiment)` is the run's specification; `fitted` builds the operator for signals of another shape.
    """

    saved = True

    truth: Annotated[Signal, "signal to recover"] = Shipped()
    operator: Annotated[Operator, "forward operator"] = GaussianBlur((1, 256, 256), 2.0)
    noise: Annotated[Noise, "noise"] = Gaussian()
    prior: Annotated[Prior, "prior"] = TotalVariation()
    algorithm: Annotated[Algorithm, "algorithm; left out, the one that suits the others"] = cast(Algorithm, None)
    steps: Annotated[int, Range(1, 5000, log=True, limits=(1, 10_000_000)), "number of iterations"] = 300
    seed: Annotated[int, SEEDS, "seed of noise and sampler"] = 0
    device: Annotated[str, "device: cpu, cuda or cuda:0"] = devices.default()
    stop: Annotated[Stop | None, "rule that ends the run before its last iteration"] = None

    def __post_init__(self) -> None:
        if self.algorithm is None:
            object.__setattr__(self, "algorithm", suited_to(self.operator, self.noise, self.prior))

    def problem(self, truth: Tensor | None = None) -> Problem:
        """The problem on its device; `truth` saves reading the signal again."""
        device = devices.find(self.device)
        truth = self.truth.tensor() if truth is None else truth
        return Problem.simulate(self.operator, self.noise, self.prior, truth, self.seed).to(device)

    def run(self, *probes: Probe, every: int = 1) -> "xr.Dataset":
        """Run it; without probes the standard ones are recorded. attrs["spec"] rebuilds the experiment."""
        description = described(describe(self))  # before the work, which would be lost with it
        loaded = self.truth.loaded()
        problem = self.problem(loaded.tensor)
        wanted = probes or standard(problem)
        seed, stop = self.seed, self.stop
        result = run(problem, self.algorithm, *wanted, steps=self.steps, every=every, seed=seed, stop=stop)
        return with_source(with_arrays(result, self).assign_attrs(description), loaded)

    def fitted(self, shape: Shape) -> "Experiment":
        """The same experiment with its operator built for signals of this shape."""
        return changed(self, operator=fit(self.operator, shape))


def fit(operator: Operator, shape: Shape) -> Operator:
    """The operator for signals of this shape, its other parameters kept; Refusal where it takes no such signal."""
    return operator.fitted(shape)


def part(kind: str, name: str, shape: Shape, **values: Any) -> Any:
    """A member of the catalogue by name, operators for signals of `shape`, with some parameters given."""
    cls = catalog.find(kind, name)
    takes_shape = any(p.name == "shape" for p in parameters(cls))
    made = cls(**({"shape": tuple(shape)} if takes_shape else {}), **values)
    return made.fitted(shape) if isinstance(made, Operator) else made


def member(kind: str, words: Words, base: Any, shape: Shape) -> Any:
    """An operator, noise, prior or algorithm as the words say it: {"prior": "Box", "prior.low": "0"}, else `base`.

    Operators are built for signals of `shape`.
    """
    inner = below(words, kind)
    name = inner.pop("", type(base).__name__)
    cls = type(base) if name == type(base).__name__ else catalog.find(kind, name)
    return altered(base, inner, shape) if cls is type(base) else built(cls, inner, shape)


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

    Its signal is the one that the run keeps, where the file it came from is gone or holds another one by now.
    """
    spec = json.loads(result.attrs["spec"])
    if "truth" not in spec:
        remedy = "go on with it in Python: storage.rebuild_run(result) gives its problem and algorithm"
        raise Refusal("a run that began with a signal", "one of data alone, made by run(problem, ...)", remedy)
    found = from_description(spec, arrays_in(result))
    if isinstance(found.truth, File) and "truth" in result:
        kept = torch.from_numpy(result["truth"].values)
        found = found if _holds(found.truth, kept) else changed(found, truth=_kept(result, kept))
    return found


def _kept(result: "xr.Dataset", truth: Tensor) -> Array:
    """The signal of a run with what was done to the file that it came from, as `with_source` kept it."""
    gaps = torch.from_numpy(result["missing"].values[0]) if "missing" in result else None
    limits = tuple(map(float, result.attrs.get("limits", (0, 1))))
    return Array(truth[0], tuple(json.loads(result.attrs.get("notes", "[]"))), limits, gaps)


def _holds(file: File, kept: Tensor) -> bool:
    try:
        now = file.tensor()
    except Refusal:
        return False
    return now.shape == kept.shape and torch.allclose(now.to(kept.dtype), kept)


__all__ = ["Experiment", "fit", "from_description", "from_run", "member", "part"]
