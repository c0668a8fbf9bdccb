"""Operator, noise, prior, data and what is looked for as one object: the objective and its derivatives."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from workbench import memory
from workbench.devices import moved
from workbench.linalg import jacobian_norms, operator_norm
from workbench.noise import Likelihood, Noise
from workbench.operators import Field, LinearOperator, Map, Operator
from workbench.operators.derivatives import push
from workbench.parameters import owned
from workbench.parametrisations import Direct, Parametrisation, bare
from workbench.priors import Prior
from workbench.refusal import Refusal
from workbench.tensors import (
    Each,
    as_signal,
    complex_of,
    dot,
    each_of,
    norm2,
    normal_like,
    parts,
    real_of,
    require_finite,
    shown,
    spread,
    stream,
)

_DIRECT = Direct()  # the picture itself, of any shape


@dataclass(frozen=True)
class Problem:
    """minimise over x: noise.nll(operator(x), y) + prior(x); the same sum is -log p(x | y).

    y is (B, *operator.out_shape). `truth`, where known, is (B, *shape of the picture) and only probes read it.
    With a parametrisation x = phi(u) states hold u and `picture(u)` is x: operator and prior are given for x, a prior
    `OnUnknown` for u, and stand here as those of u, A(phi(u)) and g(phi(u)); every method below takes u.
    Refuses data of another shape, with NaN, or that noise or prior cannot explain.
    """

    operator: Operator
    noise: Noise
    prior: Prior
    y: Tensor
    truth: Tensor | None = None
    parametrisation: Parametrisation = _DIRECT

    def __post_init__(self) -> None:
        object.__setattr__(self, "operator", self.parametrisation.before(self.operator))
        object.__setattr__(self, "prior", self.prior.placed(self.parametrisation))
        object.__setattr__(self, "y", owned(as_signal(self.y, "the data")))
        if self.truth is not None:
            object.__setattr__(self, "truth", owned(as_signal(self.truth, "the truth")))
        if tuple(self.y.shape[1:]) != self.operator.out_shape:
            wanted = f"data of shape B x {shown(self.operator.out_shape)} for {type(self.given_operator).__name__}"
            raise Refusal(wanted, shown(tuple(self.y.shape)), "build operator and data for the same signal")
        if self.truth is not None:
            self.given_operator.check(self.truth)
        if self.y.is_complex() and self.operator.field == Field.REAL and not self._makes_complex_data():
            name = type(self.given_operator).__name__
            raise Refusal(f"real data for {name}", "complex ones", "take their modulus or real part before")
        if not len(self.y):
            raise Refusal("data of at least one item", "a batch of none", "give one signal: (1, ...)")
        require_finite(self.y, "the data")
        _require_squares(self.y)
        for sentence in (self.noise.unfit(self.y), self.prior.unfit(self.operator.in_shape, self.dtype)):
            if sentence:
                raise Refusal("a problem whose parts fit together", "one where they do not", sentence)
        if Likelihood.LEVEL in self.noise.can and self.gaps:
            came = f"zeros where {type(self.given_operator).__name__} measures nothing, which are no data"
            raise Refusal("data that all tell of the noise's level", came, "take Gaussian noise, and give its sigma")

    @classmethod
    def simulate(
        cls,
        operator: Operator,
        noise: Noise,
        prior: Prior,
        truth: Tensor,
        seed: int = 0,
        clean: Tensor | None = None,
        parametrisation: Parametrisation = _DIRECT,
    ) -> Self:
        """The problem of recovering `truth`, (B, *in_shape), from data made with `noise` and `seed`.

        `clean`, (B, *out_shape), are data without noise that come from elsewhere; without them they are A(truth).
        """
        truth = as_signal(truth, "the signal")
        require_finite(truth, "the signal")
        if operator.field == Field.COMPLEX:
            truth = truth.to(complex_of(truth.dtype))
        with memory.told(tuple(truth.shape), truth.device):
            clean = operator(truth) if clean is None else clean
            y = noise.sample(clean, stream(seed, "noise of the data", device=clean.device))
            return cls(operator, noise, prior, y, truth, parametrisation)

    def of_another(self, truth: Tensor, seed: int) -> Self:
        """The same problem of another truth, (B, *shape of the picture), with data made anew."""
        parts = self.given_operator, self.noise, self.prior.given
        return self.simulate(*parts, truth, seed, parametrisation=self.parametrisation)

    @property
    def given_operator(self) -> Operator:
        """The operator as it was given, which takes pictures."""
        return bare(self.operator)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the unknown."""
        return _unknown(self.operator, self.y)

    def _makes_complex_data(self) -> bool:
        """Whether real pictures have complex data, as the Fourier transform of one's own of a real picture."""
        operator = self.given_operator
        like = torch.zeros((1, *operator.in_shape), dtype=real_of(self.y.dtype), device=self.y.device)
        with torch.no_grad():
            return operator(like).is_complex()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the unknown, batch included."""
        return (self.y.shape[0], *self.operator.in_shape)

    def zeros(self) -> Tensor:
        """A zero unknown, on the device of the data."""
        return torch.zeros(self.shape, dtype=self.dtype, device=self.y.device)

    def picture(self, u: Tensor) -> Tensor:
        """The picture that an unknown makes, x = phi(u): (B, *shape of the picture)."""
        return self.parametrisation.picture(u)

    def start(self) -> Tensor:
        """The default first iterate: the operator's own guess, else A* y, scaled to explain the data best.

        With a parametrisation the unknown that this begins with the picture found so: `Parametrisation.start`.
        """
        return self.parametrisation.starts(self._first_picture(self.given_operator))

    def _first_picture(self, operator: Operator) -> Tensor:
        dtype = _unknown(operator, self.y)
        guess = operator.first_guess(self.y)
        if guess is not None:
            return guess.to(dtype)
        zeros = torch.zeros((len(self.y), *operator.in_shape), dtype=dtype, device=self.y.device)
        y = torch.where(self.noise.measured(self.y), self.y, 0)
        back = operator.at(zeros).adjoint(y).to(dtype)
        again = operator(back)
        size = norm2(again)
        scale = torch.where(size > 0, dot(again, y) / size.clamp_min(torch.finfo(size.dtype).tiny), 0 * size)
        return spread(scale, back) * back

    def misfit(self, x: Tensor) -> Tensor:
        """The negative log-likelihood of x: (B,)."""
        return self.noise.nll(self.operator(x), self.y)

    def misfit_grad(self, x: Tensor) -> Tensor:
        """Its gradient J* grad nll(A(x), y): (B, *in_shape)."""
        return self.operator.at(x).adjoint(self.noise.grad(self.operator(x), self.y))

    def objective(self, x: Tensor) -> Tensor:
        """misfit + prior: (B,)."""
        return self.misfit(x) + self.prior(x)

    def terms(self, x: Tensor, clean: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The misfit and the prior at x put into the constraints, where both are finite: (B,) each.

        `clean` is A(x), where that is known.
        """
        inside = self.prior.feasible(x)
        known = clean if clean is not None and inside is x else self.operator(inside)
        return self.noise.nll(known, self.y), self.prior(inside)

    @functools.cached_property
    def seen(self) -> Tensor:
        """Which data depend on the picture, (*operator.out_shape): false where a row of a linear A is 0, as outside a
        mask, or the noise says that nothing was measured."""
        operator, measured = self.given_operator, self.noise.measured(self.y[:1])[0]
        if not operator.linear:
            return measured
        like = torch.zeros((1, *operator.in_shape), dtype=self.dtype, device=self.y.device)
        with torch.no_grad():  # by chance no row that is not 0 gives 0
            drawn = normal_like(like, stream(0, "rows that are not 0", device=like.device))
            return measured & (operator(drawn)[0] != 0)

    @property
    def gaps(self) -> bool:
        """Whether there are such data that are 0: nothing was measured there. Noise there was measured."""
        return not bool(self.seen.all()) and bool((self.y[:, ~self.seen] == 0).any())

    def expected_misfit(self, factor: float = 1.0) -> Tensor:
        """What `misfit` is on average at the truth, (B,), float64: below, a reconstruction explains the noise.

        `factor` is on the mean, such as tau^2 of the discrepancy principle. Data that depend on no picture count as
        they are, whatever the factor. Refusal for noise whose average is not known.
        """
        seen, noise = self.seen, self.noise
        independent = type(noise).hvp is Noise.hvp
        if not independent or bool(seen.all()):
            return factor * torch.tensor([noise.expected(y) for y in self.y.split(1)], dtype=torch.float64)
        rest, those = self.y[:, ~seen], noise.of(seen)
        each = torch.tensor([those.expected(y[:, seen]) for y in self.y.split(1)], dtype=torch.float64)
        return factor * each + noise.of(~seen).nll(torch.zeros_like(rest), rest).double().cpu()

    def lipschitz(self) -> Each:
        """A Lipschitz constant of each item's `misfit_grad` for a linear operator: noise.lipschitz ||A||^2."""
        if Likelihood.QUADRATIC in self.noise.can:
            return self.noise.lipschitz(self.y) * self.norm() ** 2
        each = [self.noise.lipschitz(y) for y in self.y.split(1)]
        return each_of(torch.tensor(each, dtype=torch.float64)) * self.norm() ** 2

    def strong_convexity(self) -> float:
        """An m with objective - m |x|^2 / 2 convex for a convex misfit: the prior's, and the noise's where the
        spectrum of A*A is known."""
        modulus = self.noise.strong_convexity(self.y)
        spectrum = self.operator.spectrum() if modulus and isinstance(self.operator, LinearOperator) else None
        least = 0.0 if spectrum is None else max(0.0, float(spectrum.min()))
        return self.prior.strong_convexity() + modulus * least

    def norm(self) -> Each:
        """||A||; where A is nonlinear that of each item's Jacobian at the start."""
        if isinstance(self.operator, LinearOperator):
            return operator_norm(self.operator, self.zeros())
        return each_of(jacobian_norms(self.operator.at(self.start()), self.zeros()))

    @property
    def bends_evenly(self) -> bool:
        """Whether the misfit has one Hessian everywhere, so that its Lipschitz constant says how it bends at any x."""
        return self.operator.linear and Likelihood.QUADRATIC | Likelihood.LIPSCHITZ in self.noise.can

    def aligned(self, u: Tensor) -> Tensor:
        """The picture of u, or what has the same data and is nearer to the truth where it is known: what an error is
        taken of."""
        x = self.picture(u)
        return x if self.truth is None else self.given_operator.aligned(x, self.truth.to(x))

    def gauss_newton(self, x: Tensor) -> LinearOperator:
        """v -> J* curvature J v + prior's Hessian v at x: the Hessian without the bend of A."""
        jacobian = self.operator.at(x)
        clean, bend = self.operator(x), self.prior.hessian(x)
        return self._symmetric(lambda v: jacobian.adjoint(self.noise.hvp(clean, self.y, jacobian(v))) + bend(v))

    def hessian(self, x: Tensor) -> LinearOperator:
        """The exact Hessian of the objective at x."""
        if self.operator.linear:
            return self.gauss_newton(x)
        bend = self.prior.hessian(x)
        return self._symmetric(lambda v: push(self.misfit_grad, x, v, self.operator) + bend(v))

    def _symmetric(self, apply: Callable[[Tensor], Tensor]) -> LinearOperator:
        return Map((self.operator.in_shape, self.operator.in_shape), apply, apply, self.operator.field)

    def to(self, device: torch.device | str) -> Self:
        """The problem on another device, and this one stays where it is; the iterates follow the data."""
        truth = None if self.truth is None else self.truth.to(device)
        return replace(
            self,
            operator=moved(self.operator, device),
            prior=moved(self.prior, device),
            y=self.y.to(device),
            truth=truth,
            parametrisation=moved(self.parametrisation, device),
        )


def _require_squares(y: Tensor) -> None:
    """Refuse data so small or large that their precision has no room for squares: solvers would find 0 or infinity."""
    info = torch.finfo(y.dtype)
    least, sizes = (info.tiny / info.eps) ** 0.5, parts(y).abs().flatten(1).amax(1)
    bad = sizes[(sizes > 0) & (sizes < least) | (sizes > 1 / least)]
    if len(bad):
        wanted = f"data between {least:.0e} and {1 / least:.0e}, whose squares {info.bits} bits hold"
        remedy = "multiply them, by the step Rescale or by another unit, or take double precision"
        raise Refusal(wanted, f"an item whose largest value is {float(bad[0]):.3g}", remedy)


def _unknown(operator: Operator, y: Tensor) -> torch.dtype:
    """The dtype of what an operator takes to explain y: complex where it takes such numbers alone, real where it does,
    else like the data."""
    found = {Field.COMPLEX: complex_of, Field.REAL: real_of}.get(operator.field)
    return y.dtype if found is None else found(y.dtype)
