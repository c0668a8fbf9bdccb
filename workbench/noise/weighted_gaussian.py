"""Gaussian noise of another level in each of the data."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from torch import Tensor

from workbench.noise.entrywise import Entrywise
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import abs2, dot, normal_like, real_of, total

_SMALLEST, _LARGEST = 1e-12, 1e12  # deviations whose squares single precision still holds
_ROUNDINGS = 64  # by which rounding may move the dual of what was not measured


@dataclass(frozen=True, eq=False)
class WeightedGaussian(Entrywise):
    """y_i = clean_i + sigma_i n_i: nll = sum_i w_i |clean_i - y_i|^2 / 2, w_i = 1 / sigma_i^2, weighted least squares.

    `uncertainty` is a number or a map of measured ones, in the units of the data: standard deviations sigma_i,
    variances sigma_i^2 or statistical weights w_i, as `holds` says; `scale` multiplies the sigma_i. What has the weight
    0 was not measured: it is made as 0, and no misfit reads it. Complex data: sigma_i in each of the two parts.
    """

    formula = (
        r"y_i = \bar y_i + \sigma_i n_i, \quad "
        r"-\log p(y \mid \bar y) = \sum_i \frac{|\bar y_i - y_i|^2}{2 \sigma_i^2}"
    )

    uncertainty: Annotated[
        float | Tensor, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "of each of the data: a number, or a map"
    ] = 0.05
    holds: Annotated[
        Literal["deviations", "variances", "weights"],
        "what is given: standard deviations, their squares, or one over those",
    ] = "deviations"
    scale: Annotated[float, Range(0.1, 10, log=True, limits=(1e-6, 1e6)), "factor on the standard deviations"] = 1.0

    mapped: ClassVar[str] = "uncertainty"
    can = (
        Likelihood.GRAD
        | Likelihood.LIPSCHITZ
        | Likelihood.PROX
        | Likelihood.CONVEX
        | Likelihood.QUADRATIC
        | Likelihood.COMPLEX
        | Likelihood.CONJUGATE
    )

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        made = clean + self._deviations(clean) * normal_like(clean, rng)
        return torch.where(self._weights(clean) > 0, made, 0)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        return total(self._weights(y) * abs2(clean - y)) / 2

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return self._weights(y) * (clean - y)

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        return self.precision(clean)

    def precision(self, clean: Tensor) -> Tensor:
        return self._weights(clean).expand(clean.shape).contiguous()

    def lipschitz(self, y: Tensor) -> float:
        return float(self._weights(y).max())

    def strong_convexity(self, y: Tensor) -> float:
        return float(self._weights(y).min())

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        weight = step * self._weights(y)
        return (v + weight * y) / (1 + weight)

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        weights, square = self._weights(y).to(p.real), abs2(p)
        rounding = (_ROUNDINGS * torch.finfo(square.dtype).eps) ** 2 * square.flatten(1).amax(1)
        nothing = torch.where(square > rounding.reshape(-1, *[1] * (p.ndim - 1)), torch.inf, 0 * square)
        return dot(p, y) + total(torch.where(weights > 0, square / weights, nothing)) / 2

    def variance(self, y: Tensor) -> Tensor:
        return self._deviations(y).square().expand(y.shape).contiguous()

    def risk(self, clean: Tensor, y: Tensor, optimism: Tensor) -> Tensor:
        """As that of every noise; 0 for what was not measured, of which the data do not tell."""
        return torch.where(self._weights(y) > 0, super().risk(clean, y, optimism), 0)

    def expected(self, y: Tensor) -> float:
        return float(self.measured(y[:1]).sum()) * (1.0 if y.is_complex() else 0.5)

    def unfit(self, y: Tensor) -> str:
        if said := super().unfit(y):
            return said
        nothing = "all weights are 0, and nothing was measured: give weights of which some are above 0"
        return "" if bool(self.measured(y).any()) else nothing

    def remarks(self, y: Tensor | None) -> tuple[str, ...]:
        given = self.uncertainty
        if not isinstance(given, Tensor):
            return ()
        sigmas = self._deviations(given.double()[None])[given[None] > 0]
        low, middle, high = (float(each) for each in (sigmas.min(), sigmas.median(), sigmas.max()))
        left_out = given.numel() - sigmas.numel()
        rest = f"; {left_out} of {given.numel()} have the weight 0" if left_out else ""
        return (f"standard deviations of the data are {low:.3g} to {high:.3g}, {middle:.3g} in the middle{rest}",)

    def measured(self, y: Tensor) -> Tensor:
        return (self._weights(y) > 0).expand(y.shape)

    def _weights(self, like: Tensor) -> Tensor:
        """1 / sigma_i^2 beside data, in their real precision: (1, *shape of the data), or a number."""
        given = torch.as_tensor(self.entries(like), dtype=real_of(like.dtype), device=like.device)
        powers = {"deviations": -2, "variances": -1, "weights": 1}
        return given ** powers[self.holds] / self.scale**2

    def _deviations(self, like: Tensor) -> Tensor:
        """The sigma_i beside data; 0 for what was not measured."""
        weights = self._weights(like)
        return torch.where(weights > 0, weights.rsqrt(), 0)

    def _refuse(self, given: Tensor, name: str) -> None:
        if bool((given < 0).any()):
            came = f"{int((given < 0).sum())} of {given.numel()} below 0, down to {float(given.min()):.3g}"
            raise Refusal(f"{self.holds} >= 0 for {name}", came, "check the array, or what `holds` says it is")
        if self.holds != "weights" and bool((given == 0).any()):
            came = f"{int((given == 0).sum())} of {given.numel()} that are 0, which data would have to meet exactly"
            remedy = 'what was not measured has the weight 0: give weights, holds="weights"'
            raise Refusal(f"{self.holds} above 0 for {name}", came, remedy)
        powers = {"deviations": 1.0, "variances": 0.5, "weights": -0.5}
        found = self.scale * given[given > 0] ** powers[self.holds]
        if len(found) and not _SMALLEST <= float(found.min()) <= float(found.max()) <= _LARGEST:
            came = f"{float(found.min()):.3g} to {float(found.max()):.3g}"
            wanted = f"standard deviations of {_SMALLEST:g} to {_LARGEST:g} by {name}"
            raise Refusal(wanted, came, "give data and map in other units")
