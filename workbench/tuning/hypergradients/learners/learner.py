"""What goes down the outer loss, and what it leaves."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from torch import Tensor

from workbench.parameters import Checked
from workbench.priors import Prior
from workbench.progress import counted
from workbench.refusal import Refusal
from workbench.tuning.hypergradients.curvature import outer_curvature
from workbench.tuning.hypergradients.gradients import Hypergradient, ImplicitCG
from workbench.tuning.hypergradients.held_out import HeldOut

FARTHEST = 1.0  # a step of theta, its largest entry: a factor of e
_SHARPER = 4 / 3  # Zela et al. 2020 end a search where the curvature has grown by so much


class OuterStep(NamedTuple):
    """A theta, (P,), its loss, the length of the gradient there, how accurate the minimum was, per number.

    `above` is the most that the loss of the minimum can be; `steps` and `products` are all iterations and products with
    a Hessian until then.
    """

    theta: Tensor
    loss: float
    above: float
    slope: float
    accuracy: float
    steps: int
    products: int


@dataclass(frozen=True)
class LearnedParameters:
    """Parameters that were learned, what led to them, and how the loss bends at the first ones and at the last.

    The curvatures are None where nobody asked for them.
    """

    held_out: HeldOut
    history: tuple[OuterStep, ...]
    first_curvature: float | None = None
    curvature: float | None = None

    @property
    def best(self) -> OuterStep:
        """The step whose loss is the least for certain: by what it can be at the most."""
        return min(self.history, key=lambda step: step.above)

    @property
    def theta(self) -> Tensor:
        """The parameters of the best step, (P,)."""
        return self.best.theta

    @property
    def prior(self) -> Prior:
        """The prior at them, of plain numbers."""
        return self.held_out.hyperparameter.learned(self.held_out.problem, self.theta)

    @property
    def warning(self) -> str:
        """That the loss bends sharply where it ended, as a sentence; empty where it does not."""
        if self.curvature is None or self.first_curvature is None:
            return ""
        if self.curvature < 0:
            return f"the loss bends down at the end ({self.curvature:.2g}): no minimum yet, take more steps"
        if len(self.theta) > 1 and self.curvature > _SHARPER * abs(self.first_curvature):
            ratio = self.curvature / max(abs(self.first_curvature), 1e-300)
            return f"the loss bends {ratio:.2g} times as sharply as at first: hold out more pictures, or stop earlier"
        return ""

    @property
    def sentence(self) -> str:
        """What was found, at what price."""
        best, last = self.best, self.history[-1]
        price = f"{last.steps} iterations and {last.products} products with a Hessian"
        return f"loss {self.history[0].loss:.4g} to {best.loss:.4g} in {len(self.history) - 1} steps; {price}"


class Learner(ABC, metaclass=Checked):
    """A descent of the outer loss. Subclasses are frozen dataclasses with `steps`, how many there are at the most."""

    word: ClassVar[str]  # what the command line calls it
    steps: int

    @abstractmethod
    def walk(self, held_out: HeldOut, hypergradient: Hypergradient, theta: Tensor) -> Iterator[OuterStep]:
        """The steps from theta on, the first of them theta itself; who stops asking stops the work."""

    def learn(
        self,
        held_out: HeldOut,
        hypergradient: Hypergradient | None = None,
        theta: Tensor | None = None,
        watch: Callable[[OuterStep], object] | None = None,
        curvature: bool = False,
    ) -> LearnedParameters:
        """Go down from theta, or from the usual one. `watch` sees every step, and ends the work by answering True.

        With `curvature` the bend of the loss at the first and at the best theta, for `LearnedParameters.warning`.
        """
        way = hypergradient or ImplicitCG()
        first, history = held_out.start() if theta is None else theta.detach().double(), list[OuterStep]()
        if not bool(first.isfinite().all()):
            raise Refusal("finite parameters to begin with", "some that are not", "leave theta out")
        for step in counted(self.walk(held_out, way, first), self.steps + 1, "outer steps"):
            history.append(step)
            if watch is not None and watch(step) is True:
                break
        found = LearnedParameters(held_out, tuple(history))
        if not curvature:
            return found
        bends = [outer_curvature(held_out, t, way) for t in (first, found.theta)]
        return LearnedParameters(held_out, tuple(history), *bends)
