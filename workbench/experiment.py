"""A whole experiment as one describable object: what the page shows, a command runs and a file remembers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from torch import Tensor

from workbench import catalog, devices, storage
from workbench.algorithms import PDHG, Algorithm
from workbench.analysis import standard
from workbench.data import Shipped, Signal
from workbench.noise import Gaussian, Noise
from workbench.operators import GaussianBlur, Operator
from workbench.parameters import Checked, Range, changed, describe, parameters, rebuild
from workbench.priors import Prior, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Probe, run
from workbench.stopping import Stop
from workbench.tensors import Shape, shown

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Experiment(metaclass=Checked):
    """Simulate data of a truth, reconstruct, and compare: `Experiment().run()`.

    `describe(experiment)` is the run's specification; `Experiment.of(truth, ...)` fits the operator to the signal.
    """

    truth: Annotated[Signal, "signal to recover"] = Shipped()
    operator: Annotated[Operator, "forward operator"] = GaussianBlur((1, 256, 256), 2.0)
    noise: Annotated[Noise, "noise"] = Gaussian()
    prior: Annotated[Prior, "prior"] = TotalVariation()
    algorithm: Annotated[Algorithm, "algorithm"] = PDHG()
    steps: Annotated[int, Range(1, 5000, log=True, limits=(1, 10_000_000)), "number of iterations"] = 300
    seed: Annotated[int, Range(0, 100, limits=(0, 2**31 - 1)), "seed of noise and sampler"] = 0
    device: Annotated[str, "device: cpu, cuda or cuda:0"] = devices.default()
    stop: Annotated[Stop | None, "rule that ends the run before its last iteration"] = None

    def problem(self, truth: Tensor | None = None) -> Problem:
        """The problem on its device; `truth` saves reading the signal again."""
        device = devices.find(self.device)
        truth = self.truth.tensor() if truth is None else truth
        return Problem.simulate(self.operator, self.noise, self.prior, truth, self.seed).to(device)

    def run(self, *probes: Probe, every: int = 1) -> "xr.Dataset":
        """Run it; without probes the standard ones are recorded. attrs["spec"] rebuilds the experiment."""
        loaded = self.truth.loaded()
        problem = self.problem(loaded.tensor)
        wanted = probes or standard(problem)
        seed, stop = self.seed, self.stop
        result = run(problem, self.algorithm, *wanted, steps=self.steps, every=every, seed=seed, stop=stop)
        return storage.with_source(result.assign_attrs(spec=storage.to_json(describe(self))), loaded)

    def fitted(self, shape: Shape) -> "Experiment":
        """The same experiment with its operator built for signals of this shape."""
        return changed(self, operator=fit(self.operator, shape))


def fit(operator: Operator, shape: Shape) -> Operator:
    """The operator for signals of this shape, its other parameters kept; Refusal where it takes no such signal."""
    if not any(p.name == "shape" for p in parameters(type(operator))):
        if operator.in_shape != tuple(shape):
            raise Refusal(
                f"an operator for {shown(shape)}", shown(operator.in_shape), "rebuild its parts in that shape"
            )
        return operator
    return operator if operator.in_shape == tuple(shape) else changed(operator, shape=tuple(shape))


def part(kind: str, name: str, shape: Shape, **values: Any) -> Any:
    """A member of the catalogue by name, operators for signals of `shape`, with some parameters given."""
    cls = catalog.find(kind, name)
    takes_shape = any(p.name == "shape" for p in parameters(cls))
    return cls(**({"shape": tuple(shape)} if takes_shape else {}), **values)


def from_description(description: dict[str, Any]) -> Experiment:
    """The experiment that `describe` told, as found in a file, an address or attrs["spec"]."""
    found = rebuild({"type": "experiment.Experiment"} | description)
    if not isinstance(found, Experiment):
        raise Refusal("the description of an experiment", repr(description.get("type")), "save one with describe()")
    return found


__all__ = ["Experiment", "fit", "from_description", "part"]
