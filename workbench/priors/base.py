"""The prior g(x): what it can do, and the sentence for what it cannot."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from workbench.kernels.admm_tv import PenaltyPace, Split
from workbench.kernels.pdhg_tv import Moves, Signals
from workbench.operators import Basis, Identity, LinearOperator
from workbench.parameters import Checked, Range, owed, spelled
from workbench.priors.can import NEEDS_IN_WORDS, Can
from workbench.refusal import Refusal
from workbench.tensors import Each, Shape, each, real_of, times

if TYPE_CHECKING:
    from workbench.priors.combined.on_unknown import OnUnknown

Weight = Annotated[float, Range(1e-2, 1e3, log=True, limits=(0, 1e9)), "weight of the prior against the misfit"]
_NEAR = 1e-30  # a step of 0 but for division


def unknown(x: Tensor) -> Tensor:
    """NaN for each item, (B,): the value of a prior that has none."""
    return torch.full((len(x),), torch.nan, dtype=real_of(x.dtype), device=x.device)


class Nearing(NamedTuple):
    """What an unfinished prox has found, and the tensors from which it goes on; none where it is finished."""

    x: Tensor
    memory: tuple[Tensor, ...] = ()


class Place(Protocol):
    """Where a prior can be: on the picture that an unknown makes, or on a block of the unknown."""

    def on_picture(self, prior: "Prior") -> "Prior": ...

    def on_block(self, prior: "OnUnknown") -> "Prior": ...


class Prior(nn.Module, ABC, metaclass=Checked):
    """g(x), its weight included: (B, ...) -> (B,). `can` says which of the methods below are there.

    `can` and the flags below belong to the class, but for priors made of priors, where each object has its own.
    `separable`: g is a sum over the real entries, each by itself; `keeps_sign`: the prox of x >= 0 is >= 0.
    """

    formula: str = ""  # g(x), in TeX: of the class, unless an object knows better
    can: Can = owed("say in the class what it can do, such as can = Can.VALUE | Can.GRAD")
    suits: frozenset[str] = frozenset()  # kinds of signals that it models well, at its defaults
    separable: bool = False
    keeps_sign: bool = False
    gradual: int = (
        0  # steps in one of a method's of a prox that is a loop and goes on where it stood, by `nearing`; 0: none
    )

    def __repr__(self) -> str:
        return spelled(self)

    @abstractmethod
    def forward(self, x: Tensor) -> Tensor:
        """g(x) of each item, (B,); infinite outside a constraint, `unknown(x)` without Can.VALUE."""

    def summands(self) -> Mapping[str, "Prior"]:
        """The priors whose sum this is, by the names of its arguments; none where it is no sum."""
        return {}

    def grad(self, x: Tensor) -> Tensor:
        """The gradient of g, (B, ...)."""
        raise self._lacks(Can.GRAD)

    def lipschitz(self) -> float:
        """A Lipschitz constant of `grad`: an upper bound of the largest eigenvalue of the Hessian."""
        if Can.GRAD not in self.can:
            raise self._lacks(Can.GRAD)
        wanted, remedy = "a Lipschitz constant of the prior's gradient", "add the method `lipschitz`, or give a step"
        raise Refusal(wanted, f"{type(self).__name__}, which has none", remedy)

    def lipschitz_on(self, shape: Shape) -> float:
        """A Lipschitz constant of `grad` for signals of this shape: `lipschitz`, where none is smaller for some."""
        return self.lipschitz()

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        """The Hessian of g at x applied to v."""
        raise self._lacks(Can.HVP)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        """v -> hvp(x, v), with what depends on x alone found once."""
        return partial(self.hvp, x)

    def majorant(self, v: Tensor) -> Tensor:
        """M v for a fixed self-adjoint M >= every Hessian of g: a multiple of I where there is no tighter one."""
        if Can.QUADRATIC in self.can:
            return self.hvp(torch.zeros_like(v), v)
        return self.lipschitz_on(tuple(v.shape[1:])) * v

    def spectrum(self, x: Tensor, basis: Basis) -> Tensor | None:
        """The eigenvalues of the Hessian at x mode by mode, as x, where the modes of `basis` are its eigenvectors."""
        return None

    def smoothed(self, width: float) -> "Prior":
        """A prior with a Hessian that is this one but for kinks rounded off over `width`; itself where it has one."""
        if Can.HVP not in self.can:
            raise self._lacks(Can.HVP)
        return self

    def prox(self, x: Tensor, step: float) -> Tensor:
        """argmin_u |u - x|^2 / 2 + step g(u)."""
        raise self._lacks(Can.PROX)

    def nearing(self, x: Tensor, step: Each, count: int, found: Nearing | None = None) -> Nearing:
        """The prox after so many more steps of its loop, from what a prox near this one found; else the prox.

        Without stop or proof. A method whose own steps settle takes it for a prox that is asked for at each of them.
        """
        return Nearing(each(self.prox, step, x))

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        """The prox of the conjugate of a convex g, by Moreau: z - step prox_{g / step}(z / step).

        At step 0 it is the projection onto the domain of g*.
        """
        step = max(step, _NEAR)
        return z - step * self.prox(z / step, 1 / step)

    def conjugate(self, z: Tensor) -> Tensor:
        """g*(z) = sup_x <z, x> - g(x) of each item, (B,); infinite outside its domain."""
        raise self._lacks(Can.CONJUGATE)

    def strong_convexity(self) -> float:
        """The largest m that is known to leave g - m |x|^2 / 2 convex; below 0 for a weakly convex g."""
        return 0.0

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        """An estimate of a signal of this prior from x, which has white noise of standard deviation sigma, (B, ...).

        The most probable one, prox(x, sigma^2), where there is a prox. With SCORE the mean: (denoise(x) - x) / sigma^2
        is the gradient of log p of such an x. Efron 2011, doi 10.1198/jasa.2011.tm11181. Differentiable by torch, but
        for proxes that are a loop.
        """
        if Can.PROX not in self.can:
            raise self._lacks(Can.DENOISE)
        return self.prox(x, sigma**2)

    def degradation(self, shape: Shape) -> LinearOperator:
        """The H that `restore` undoes, for signals of this shape (without the batch)."""
        raise self._lacks(Can.RESTORE)

    def restore(self, s: Tensor) -> Tensor:
        """An estimate of a signal x of this prior from s = H x with a little noise, H the `degradation`."""
        raise self._lacks(Can.RESTORE)

    def sample(self, like: Tensor, rng: torch.Generator) -> Tensor:
        """Independent signals of this prior, one for each item of `like` and in its shape, dtype and device."""
        raise self._lacks(Can.SAMPLE)

    def centre(self, like: Tensor) -> Tensor:
        """The mean of the signals of a prior that can be drawn from, for each item of `like`."""
        raise self._lacks(Can.SAMPLE)

    def feasible(self, x: Tensor) -> Tensor:
        """A signal near x of finite g: x itself, but where splitting methods have not met a constraint yet."""
        outside = Can.PROJECTION in self.can and not bool(self(x).isfinite().all())
        return self.prox(x, 1.0) if outside else x

    def subgradient(self, x: Tensor, fineness: Each) -> Tensor:
        """The gradient of a convex g; where it has none, one of the subgradients of outer at its prox near K x.

        By Moreau, t z = t prox_{g / t}(z) + prox_{t g*}(t z), and the last, t = `fineness`, is one at the first.
        """
        if Can.GRAD in self.can:
            return self.grad(x)
        K = self.linear(tuple(x.shape[1:]))
        return K.adjoint(each(self.outer.conjugate_prox, fineness, times(fineness, K(x))))

    @property
    def sloped(self) -> bool:
        """Whether it has a `subgradient`."""
        return Can.GRAD in self.can or Can.SPLIT | Can.CONVEX in self.can

    @property
    def given(self) -> "Prior":
        """The prior as a person chose it: itself, but for one that `placed` has put on an unknown."""
        return self

    def placed(self, place: Place) -> "Prior":
        """This prior as one of the unknown of a parametrisation: on the picture, unless a prior says otherwise."""
        return place.on_picture(self)

    def together(self, other: "Prior") -> "Prior | None":
        """The sum with another, where it is more than a sum; None elsewhere."""
        return None

    @property
    def outer(self) -> "Prior":
        """The prior with a prox in g = outer(linear(x))."""
        if Can.PROX not in self.can:
            raise self._lacks(Can.SPLIT)
        return self

    def linear(self, shape: Shape) -> LinearOperator:
        """The linear map in g = outer(linear(x)), for signals of this shape (without the batch)."""
        if Can.PROX not in self.can:
            raise self._lacks(Can.SPLIT)
        return Identity(shape)

    def periodic_split(self, shape: Shape) -> tuple["Prior", LinearOperator]:
        """(h, K) with min_z h(z) = g(x) over what K x leaves open, K*K diagonal in Fourier modes where that can be.

        `outer` and `linear` themselves, but for differences: those go round, and h leaves free what crosses the ends.
        """
        return self.outer, self.linear(shape)

    def split_pass(self, signals: Split, pace: PenaltyPace) -> Split | None:
        """The prior's half of an ADMM step in one pass, as `kernels.admm_tv.step` has it; None: by its parts."""
        return None

    def primal_dual(self, signals: Signals, dual: Tensor, moves: Moves) -> Signals | None:
        """The prior's half of a primal-dual step in one pass, as `kernels.pdhg_tv.step` has it; None: by its parts."""
        return None

    def dual_split(self, shape: Shape) -> tuple["Prior", LinearOperator]:
        """(h, K) with g = h(K x) in which h has the conjugate, where one has it: what duality gaps are made of."""
        return self.outer, self.linear(shape)

    def multiplier(self, x: Tensor, z: Tensor) -> Tensor | None:
        """A q in dom h* of `dual_split` with K*q near z, a subgradient of g at x but for errors; None: unknown."""
        return None

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        """Why signals of this shape and dtype do not suit this prior, as a sentence; empty where they do."""
        return ""

    def _lacks(self, ability: Can) -> Refusal:
        name = type(self).__name__
        return Refusal(f"{NEEDS_IN_WORDS[ability]} of the prior", f"{name}, which has none", "take another prior")
