"""What a learner sees in a step, computed: each part the first time that somebody asks for it."""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from workbench import networks, tuning
from workbench.analysis.certificates import Certificate, certify
from workbench.analysis.chains import ChainSamples, sampled
from workbench.analysis.information.paths import FilterPaths, filter_paths
from workbench.analysis.spectrum import SpectrumEstimate
from workbench.lessons.lesson import LessonStep
from workbench.lessons.tabs import chain_sampling, estimator_of, plane_choices, spectrum_study, training_of
from workbench.networks import LayerInformation
from workbench.problem import Problem
from workbench.refusal import Refusal, one_of
from workbench.run import Outcome, iterate, run, state_in, untold

if TYPE_CHECKING:
    import xarray as xr


class Demonstration:
    """The run of a step, its spectrum, its path over the weight, its chains, its training, its plane.

    `result` is a run that there is already, such as the learner's own in a notebook.
    """

    def __init__(self, step: LessonStep, result: "xr.Dataset | None" = None) -> None:
        self.step, self._result = step, result

    @cached_property
    def result(self) -> "xr.Dataset":
        """The run of the experiment, to its end or to where it diverged."""
        if self._result is not None:
            return self._result
        with untold():  # a step may be meant to diverge
            return self.step.experiment.run()

    @property
    def course(self) -> "xr.Dataset":
        """What curves are of: the training on the network tab, else the run."""
        return self.training if self.step.tab == "Network" else self.result

    @property
    def diverged(self) -> bool:
        """Whether it was ended on its way to infinity."""
        return self.course.attrs.get("outcome") == Outcome.DIVERGED

    @property
    def strayed(self) -> str:
        """What is wrong with numbers that were read so far, as a sentence: nothing, or those of a lost run.

        A claim that reads the spectrum alone asks for no run, and none is made here.
        """
        read = self._result is not None or not {"result", "training"}.isdisjoint(vars(self))
        ended = self.course.attrs.get("ended", "") if read else ""
        if read and self.course.attrs.get("outcome") == Outcome.FAILED:
            return f"step {self.step.number} broke off: {ended}"
        if not read or self.step.may_diverge or not self.diverged:
            return ""
        return f"step {self.step.number} diverged ({ended}), and no RunDiverges among its claims says that it shall"

    @property
    def iterations(self) -> np.ndarray:
        """The iterations at which curves have values."""
        return self.course["k"].values

    @property
    def picture(self) -> np.ndarray:
        """The last iterate as a person sees it."""
        return self.result["x"].values[0]

    def curve(self, name: str) -> np.ndarray:
        """A curve of the run, a value an iteration; Refusal where it has none of that name."""
        if self.step.tab == "Network":
            return self._of_training(name)
        known = [n for n, v in self.result.data_vars.items() if v.dims == ("k", "batch")]
        return self.result[one_of("a curve of the run", name, map(str, known))].values[:, 0]

    @cached_property
    def problem(self) -> Problem:
        return self.step.experiment.problem()

    @cached_property
    def certificate(self) -> Certificate:
        """How far the last iterate is from the optimum."""
        algorithm = self.step.experiment.algorithm
        like = next(iterate(self.problem, algorithm, seed=self.step.experiment.seed))
        return certify(self.problem, algorithm, state_in(self.result, like))

    @cached_property
    def spectrum(self) -> SpectrumEstimate:
        """The spectra at the first iterate."""
        study = spectrum_study(self.step.tab_settings if self.step.tab == "Spectrum" else {})
        *_, found = study.of(self.problem, self.problem.start()[:1])
        return found

    @property
    def extremes(self) -> tuple[float, float]:
        """The least and the largest eigenvalue of the Hessian; exact where one basis has both of its terms."""
        if self.spectrum.exact is not None:
            values = sum(self.spectrum.exact)
            assert isinstance(values, torch.Tensor)
            return float(values.min()), float(values.max())
        found = self.spectrum.extremes
        assert found is not None  # a study that has ended has looked at the objective
        return found

    @cached_property
    def weights(self) -> tuning.Tuning:
        """The path over the weight, read by every rule that can."""
        experiment = self.step.experiment
        return experiment.tune(*tuning.applicable(self.problem))

    @cached_property
    def chains(self) -> ChainSamples:
        """The chains of the uncertainty tab."""
        sampling = chain_sampling(self.step.tab_settings)
        *_, found = sampled(self.problem, self.step.experiment.algorithm, sampling)
        return found

    @cached_property
    def paths(self) -> FilterPaths:
        """The closed form of the information tab."""
        chosen = plane_choices(self.step.tab_settings)
        filters = tuple(f for f in (chosen.filter, chosen.compared_with) if f is not None)
        *_, found = filter_paths(self.problem, chosen.look, filters, chosen.sampling.resolution)
        return found

    @cached_property
    def training(self) -> "xr.Dataset":
        """The training of the network tab: its curves, and the curvature beside what the step allows."""
        if self.step.tab != "Network":
            raise Refusal("a step on the Network tab", f"one on {self.step.tab}", "say tab: Network")
        plan = training_of(self.step.tab_settings)
        stability = networks.Stability(plan.optimiser, probes=1)
        probes = (networks.progress, stability) if plan.double else (networks.progress,)
        every = max(1, plan.steps // 40)
        return run(plan.problem(), plan.optimiser, *probes, steps=plan.steps, every=every)

    @cached_property
    def layers(self) -> LayerInformation:
        """I(X;T) and I(T;Y) of each layer at the last weights."""
        problem = training_of(self.step.tab_settings).problem()
        x = torch.from_numpy(self.training["x"].values)
        return networks.information(problem, x, estimator_of(self.step.tab_settings))

    def _of_training(self, name: str) -> np.ndarray:
        found = self.training
        known = [str(n) for n, v in found.data_vars.items() if v.dims == ("k", "batch")]
        return found[one_of("a curve of the training", name, known)].values.mean(1)
