"""What chains of one person's posterior tell: their task, its pictures, and what to choose where there is none."""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from workbench import catalog
from workbench.algorithms import Algorithm
from workbench.analysis.chains import ChainSamples, Sampling, sampled
from workbench.jobs import Status, TaskResult
from workbench.live.frames import picture
from workbench.live.images import Array
from workbench.live.saved import Columns, chain_columns
from workbench.live.session import Session
from workbench.live.study import Studies, Study
from workbench.parameters import describe, parameters
from workbench.parametrisations import Direct
from workbench.paths import Form, below
from workbench.priors import Can, Prior
from workbench.refusal import Refusal
from workbench.run import automatic, signal_dims

TRUSTED = 1.01  # R-hat below which chains are taken to agree
ENOUGH = 100.0  # effective draws: a standard deviation is known to 7 %
RARE = 0.05  # of the proposals: where fewer are taken, chains wait instead of moving
_MORE = 4
_MOMENT = 2e6  # numbers that chains draw in a moment


@dataclass(frozen=True)
class Advice:
    """What is missing, what a button that mends it says, and the values that it sets, by path."""

    sentence: str
    label: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Maps:
    """Pictures of the draws: (H, W), (H, W, 3) or (N,); `side` is -1 where the truth lies below its 90 % interval.

    `inside` is the part of the truth that lies within the intervals of 50 and 90 %; None without a truth.
    """

    mean: Array
    deviation: Array
    width: Array
    side: Array | None
    inside: tuple[float, ...] | None
    newest: tuple[Array, ...]


class Uncertainty(Studies):
    """One set of chains at a time on the run's device, by `algorithm`; `found` is what they told so far."""

    def __init__(self, session: Session) -> None:
        self.session, self.sampling, self.algorithm = session, Sampling(), ""
        self.chains: Study[ChainSamples] = Study(lambda: session.experiment.device, self._sampled, self._described)
        super().__init__(self.chains)
        session.looks.append(self.kept)

    def kept(self) -> Columns:
        """Mean, deviation and intervals of the chains as variables of the run's file."""
        found = self.chains.current
        if found is None or found.moments is None:
            return {}
        name = "x" if isinstance(self.session.problem.parametrisation, Direct) else "u"
        return chain_columns(found, self.algorithm, signal_dims(name, found.moments.mean[None])[1:])

    @property
    def found(self) -> ChainSamples | None:
        return self.chains.result

    @property
    def latest(self) -> TaskResult[ChainSamples]:
        """What the chains are doing; cancelled where there are none."""
        return self.chains.latest

    def start(self) -> None:
        """Chains of the posterior there is now; those that are there end."""
        self.chains.start()

    def set(self, path: str, value: Any) -> None:
        """Other chains; those that are there begin anew."""
        form = self.grant(lambda: Form(self.sampling).taking(path, value))
        if form is not None:
            self.sampling = form.root
            self.chains.touch()

    def restore(self) -> None:
        super().restore()
        self.sampling = Sampling()
        self.chains.touch()

    def _sampled(self) -> Callable[[], Iterator[ChainSamples]] | None:
        """Chains of the posterior there is now, by the algorithm there is now."""
        problem, algorithm, sampling = self.session.problem, self.session.experiment.algorithm, self.sampling
        self.algorithm, self.complaint = type(algorithm).__name__, ""
        return (lambda: sampled(problem, algorithm, sampling)) if algorithm.random else None

    @property
    def small(self) -> bool:
        """Whether there are chains that are over in a moment, so that nobody has to be asked."""
        sampling, algorithm = self.sampling, self.session.experiment.algorithm
        steps = sampling.chains * (sampling.warmup + sampling.draws * sampling.every)
        numbers = steps * self.session.problem.zeros()[0].numel()
        return algorithm.random and not algorithm.draws_at_end and numbers <= _MOMENT

    def follow(self, advice: Advice) -> None:
        """Set the values of an advice, and sample."""
        own = {f"sampling.{name}": name for name in below(advice.values, "sampling")}
        for path, value in advice.values.items():
            if path in own:
                self.set(own[path], value)
            else:
                self.session.set(path, value)
        self.chains.start()

    def _take(self, changed: list[Study[Any]]) -> Hashable:
        if changed:
            self.cancel()  # what they would still tell is of another posterior

    def advice(self) -> Advice | None:
        """What to choose where nothing is sampled, or too little; None where all is well."""
        algorithm = self.session.experiment.algorithm
        if not algorithm.random:
            return self._sampler(type(algorithm).__name__)
        found, over = self.found, self.chains.status is Status.DONE
        if found is None or not found.looks or not over:
            return None
        look = found.looks[-1]
        if look.rhat < TRUSTED and look.least >= ENOUGH:
            return None
        if look.rhat == math.inf or (found.acceptance is not None and found.acceptance < RARE):
            return _unstuck(algorithm, found.acceptance)
        short = f"effective sample size {look.least:.0f}, R-hat {look.rhat:.3g}"
        values = {f"sampling.{n}": _MORE * max(getattr(self.sampling, n), 1) for n in ("draws", "warmup")}
        sentence = f"Too few draws to trust ({short}; wanted are {ENOUGH:.0f} and {TRUSTED}): draw more, or mix faster."
        return Advice(sentence, f"Draw {_MORE} times as many", values)

    def maps(self) -> Maps | None:
        """The pictures of what was found; None before the first look."""
        found, truth = self.found, self.session.problem.truth
        if found is None or found.moments is None or not found.intervals:
            return None
        most = found.intervals[-1]
        sides = None if truth is None else most.side(truth[0].to(found.last))
        inside = None if truth is None else tuple(i.coverage(truth[0].to(found.last)) for i in found.intervals)
        return Maps(
            picture(found.moments.mean[None]),
            _one(found.moments.variance.sqrt()),
            _one(most.width),
            None if sides is None else _one(sides),
            inside,
            tuple(picture(x[None]) for x in found.last[:4]),
        )

    def _sampler(self, name: str) -> Advice:
        """A sampler of this posterior, or of the nearest one that has a sampler."""
        begin = f"{name} has one answer and no spread."
        able = next((n for n, cls in _samplers().items() if not cls().unmet(self.session.problem)), None)
        if able is not None:
            return Advice(f"{begin} {able} draws from this posterior.", f"Sample with {able}", {"algorithm": able})
        prior = type(self.session.problem.prior).__name__
        for other, cls in sorted(catalog.members("prior").items(), key=lambda item: _rank(item[1]().can)):
            able = self._with(cls())
            if able is not None:
                sentence = f"{begin} Nothing here samples a posterior with {prior}; {able} does with {other}."
                return Advice(sentence, f"Sample with {able} and {other}", {"prior": other, "algorithm": able})
        return Advice(
            f"{begin} No sampler takes this operator and this noise: take a linear operator and Gaussian noise."
        )

    def _with(self, prior: Prior) -> str | None:
        """The first sampler of the session's problem with this prior."""
        try:
            problem = replace(self.session.problem, prior=prior)
        except Refusal:
            return None
        return next((n for n, cls in _samplers().items() if not cls().unmet(problem)), None)

    def _described(self) -> tuple:
        return id(self.session.problem), str(describe(self.session.experiment.algorithm))


def _unstuck(algorithm: Algorithm, acceptance: float | None) -> Advice:
    """What helps chains that stand still: more draws do not."""
    seen = "Chains stand still" if acceptance is None else f"{acceptance:.1%} of the proposals were accepted"
    name = next((p.name for p in parameters(type(algorithm)) if p.optional), "")
    if not name:
        return Advice(f"{seen}, so that R-hat is infinite: take another sampler, a step alone would not help.")
    word = name.replace("_", " ")
    sentence = f"{seen}, so that more draws would tell nothing new: the {word} is too large"
    if given := automatic(algorithm):
        return Advice(f"{sentence}; left empty, it is found.", f"Sample with an automatic {word}", given)
    return Advice(f"{sentence}: give a smaller one than is found, or take another sampler.")


def _rank(can: Can) -> tuple[bool, bool]:
    """The priors whose posterior is known exactly come first."""
    return Can.SAMPLE not in can, Can.QUADRATIC not in can


def _samplers() -> dict[str, type[Algorithm]]:
    """First those whose every state is a draw of its own, then those that are exact in the long run."""
    found = {n: cls for n, cls in catalog.members("algorithm").items() if cls.random}
    return dict(sorted(found.items(), key=lambda item: (not item[1].independent, not item[1].exact)))


def _one(x: Tensor) -> Array:
    """A picture of what has no colour: the mean over channels."""
    with torch.no_grad():
        return picture(x.mean(0, keepdim=True)[None])
