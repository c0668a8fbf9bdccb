"""An algorithm is an init and a pure step; what it needs is said in sentences."""

import inspect
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Annotated, ClassVar, Generic, TypeVar, cast

import torch
from torch import Tensor

from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.parameters import Checked, Range
from workbench.priors import NEEDS_IN_WORDS, Can
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import Each

Step = Annotated[float | None, Range(1e-6, 10, log=True, limits=(0, 1e12)), "step size, found from the norm when empty"]

_NOISE_WORDS = {
    Likelihood.GRAD: "a gradient of the noise",
    Likelihood.LIPSCHITZ: "a misfit whose gradient has a Lipschitz constant",
    Likelihood.PROX: "a prox of the noise",
    Likelihood.CONVEX: "a convex misfit",
    Likelihood.QUADRATIC: "a quadratic misfit (Gaussian noise)",
    Likelihood.COMPLEX: "a noise for complex data",
}


@dataclass(frozen=True)
class Needs:
    """What an algorithm asks of the prior, of the noise and of the operator; `also` in words, what `lacks` adds.

    `white` asks that the misfit be c |A x - y|^2 / 2.
    """

    prior: Can = Can(0)
    noise: Likelihood = Likelihood(0)
    linear: bool = False
    white: bool = False
    mapped: bool = False  # g = outer(K x) with another K than the identity
    also: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """Each need as a person would say it."""
        of_prior = [f"of the prior {', '.join(NEEDS_IN_WORDS[a] for a in self.prior)}"] * bool(self.prior)
        of_noise = [_NOISE_WORDS[ability] for ability in self.noise]
        return [
            *of_prior,
            *of_noise,
            *["white Gaussian noise"] * self.white,
            *["a linear operator"] * self.linear,
            *["a prior behind a linear map"] * self.mapped,
            *self.also,
        ]


@dataclass(frozen=True)
class Constants:
    """What default step sizes rest on, found once a problem: numbers, or (B,) on the CPU. A method adds its own.

    A Lipschitz constant of the gradient that the method steps along, None where none is known, and the prior's part of
    it; where the misfit bends unevenly, the bend that most data see.
    """

    lipschitz: Each | None = None
    prior: Each = 0.0
    typical: Each | None = None


@dataclass(frozen=True)
class State:
    """The iterate x, (B, ...), after k steps, and the constants that default step sizes rest on."""

    x: Tensor
    k: int = 0
    measured: Constants = Constants()

    @property
    def moving(self) -> Tensor:
        """What a step moves: x, but for methods that show the best so far."""
        return self.x

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        """What the method knows of grad nll at A x and of a subgradient of outer at K x; None: nothing."""
        return None, None


S = TypeVar("S", bound=State)


class Algorithm(ABC, Generic[S], metaclass=Checked):
    """Subclasses are frozen dataclasses; their parameters may change between any two steps. S is what they remember."""

    formula: ClassVar[str] = ""  # a step, in TeX: F = f + g, f the misfit, g = h(Kx) the prior
    needs: ClassVar[Needs] = Needs()
    random: ClassVar[bool] = False
    exact: ClassVar[bool] = True  # ends at a minimum of the objective; else near one
    minimises: ClassVar[bool] = True  # goes down the objective; else to a fixed point of its own
    draws_at_end: ClassVar[bool] = False  # of a random one: its last state is a sample; else every state is
    independent: ClassVar[bool] = False  # of a random one: every state is a sample that owes nothing to the one before
    restarts: ClassVar[bool] = False  # what it remembers belongs to one problem: another is a new start at the same x
    direct: ClassVar[bool] = False  # one step by a formula of the data, which cannot leave for infinity
    blind: ClassVar[bool] = False  # asks no data: it is never advised
    wanders: ClassVar[bool] = False  # by noise of its own it leaves a start where the data show no way

    @property
    def seeks_minimum(self) -> bool:
        """Whether it goes down the objective to a minimum, which no draw is."""
        return self.minimises and not self.random

    def start(self, problem: Problem) -> Tensor:
        """The first iterate where none is given."""
        return problem.start()

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> S:
        """The state at k = 0 from a first iterate x, (B, *in_shape); of a method that remembers more, its own."""
        return cast("S", State(x, 0, self.measure(problem)))  # who remembers more has an init of its own

    @abstractmethod
    def step(self, problem: Problem, state: S, rng: torch.Generator) -> S:
        """The next state. Pure: the same inputs give the same output and stay untouched."""

    def done(self, state: S) -> bool:
        """Whether nothing is left to do."""
        return False

    def measure(self, problem: Problem) -> Constants:
        """The constants of the problem that default step sizes rest on, such as Constants(lipschitz=400.0)."""
        return Constants()

    def adapt(self, problem: Problem, state: S) -> S:
        """The state carried over to a problem whose sliders moved: its constants are measured again."""
        return self.fresh(problem, state) if self.restarts else replace(state, measured=self.measure(problem))

    def fresh(self, problem: Problem, state: S) -> S:
        """The state of a new start at the same x, at the same k."""
        return replace(self.init(problem, state.x, torch.Generator()), k=state.k)

    def current_step(self, state: S) -> float | None:
        """The step in use, given or found, the least of the batch; None where the method has none."""
        return None

    def largest_step(self, state: S) -> float | None:
        """The step above which convergence is not guaranteed, the least of the batch; None where there is no bound."""
        return None

    def edge(self, state: S) -> float | None:
        """The step times curvature above which iterates of a quadratic grow; None unless a step is one of the gradient.

        2, and with a momentum b 2 (1 + b) for heavy ball, 2 (1 + b) / (1 + 2 b) for Nesterov's.
        """
        return None if self.largest_step(state) is None else 2.0

    def denoised_at(self, state: S) -> float | None:
        """The noise that a denoiser is told in every step to come; None for a method that has none, or anneals it."""
        return None

    def lacks(self, problem: Problem) -> str:
        """What the problem lacks, after "it needs"; empty where nothing. Extended where `needs` says too little."""
        return _missing(self.needs, problem)

    def unmet(self, problem: Problem) -> str:
        """Why this algorithm cannot run on the problem, as a sentence; empty where it can."""
        lacks = self.lacks(problem)
        if not lacks:
            return ""
        able = (name for name, own in siblings().items() if not own.blind and not own.lacks(problem))
        others = list(islice(able, 2))
        advice = f"try {' or '.join(others)}" if others else "change the prior or the noise"
        return f"{type(self).__name__} needs {lacks}: {advice}"


def white(problem: Problem) -> bool:
    """Whether the misfit is c |A x - y|^2 / 2, c = `noise.lipschitz`."""
    noise = problem.noise
    return Likelihood.QUADRATIC in noise.can and noise.lipschitz(problem.y) == noise.strong_convexity(problem.y)


def prior_bend(problem: Problem) -> float | None:
    """A Lipschitz constant of the prior's gradient; None where the prior does not know one."""
    try:
        return problem.prior.lipschitz_on(tuple(problem.shape[1:]))
    except Refusal:
        return None


def lacks_bend(problem: Problem, step_size: float | None) -> str:
    """What a step that is found lacks of the prior, in words; empty where it is known, or a step is given."""
    unknown = "" if step_size is not None else lacks_prior_bend(problem)
    return unknown and f"a step, or {unknown}"


def lacks_prior_bend(problem: Problem) -> str:
    """That the prior does not know how its gradient bends, in words; empty where it does."""
    if prior_bend(problem) is not None:
        return ""
    return f"a Lipschitz constant of the prior's gradient (its method `lipschitz`), which {prior_word(problem)} lacks"


def prior_word(problem: Problem) -> str:
    """What a sentence calls the prior: its name, and that of the parametrisation behind which it can do less."""
    name = type(problem.prior.given).__name__
    behind = problem.prior.given is not problem.prior
    return f"{name} behind {type(problem.parametrisation).__name__}" if behind else name


def _missing(needs: Needs, problem: Problem) -> str:
    prior, noise = prior_word(problem), type(problem.noise).__name__
    for ability in needs.prior & ~problem.prior.can:
        return f"{NEEDS_IN_WORDS[ability]}, which {prior} lacks"
    for ability in needs.noise & ~problem.noise.can:
        return f"{_NOISE_WORDS[ability]}, which {noise} lacks"
    if needs.white and not white(problem):
        return f"white Gaussian noise, which {noise} is not"
    if needs.linear and not problem.operator.linear:
        bent = problem.parametrisation if problem.given_operator.linear else problem.given_operator
        return f"a linear operator, which {type(bent).__name__} is not"
    if needs.mapped and isinstance(problem.prior.linear(problem.operator.in_shape), Identity):
        return f"a prior of a linear map of x, which {prior} is not"
    return ""


@cache
def siblings() -> dict[str, Algorithm]:
    """Every method of the catalogue as it is by default, by name."""
    from workbench import algorithms

    found = [getattr(algorithms, name) for name in algorithms.__all__]
    ready = [c for c in found if inspect.isclass(c) and issubclass(c, Algorithm) and not inspect.isabstract(c)]
    return {c.__name__: c() for c in ready}
