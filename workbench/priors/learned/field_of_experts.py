"""Fields of experts: what filters answer costs by a potential, everywhere in the picture."""

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, Literal, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d

from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.maps import Rows
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, shown

Potential = Literal["convex", "heavy-tailed"]
_SAMPLES = 64  # frequencies an axis on which the filters' spectrum is looked at
_USUAL_WIDTH = 0.05


class ExpertBank(NamedTuple):
    """Filters (J, side, side), and of each the amount and the width of its potential, (J,)."""

    filters: Tensor
    amounts: Tensor
    widths: Tensor


class FilterEnergies(Prior):
    """g(x) = sum_j amount_j sum_i phi_j((k_j * x)_i) of the bank that `bank(x)` gives in the precision of x.

    Derivatives in x are written out; those in the bank are torch's, where its tensors ask for them.
    """

    potential: Potential

    @abstractmethod
    def bank(self, x: Tensor) -> ExpertBank:
        """The filters and their potentials, on the device and in the precision of x."""

    def forward(self, x: Tensor) -> Tensor:
        bank = self.bank(x)
        r, w = _answers(x, bank), bank.widths[:, None, None]
        if self.potential == "convex":
            energy = r.square() / ((r.square() + w.square()).sqrt() + w)  # without the cancellation of near roots
        else:
            energy = w / 2 * torch.log1p((r / w).square())
        return (bank.amounts[:, None, None] * energy).unflatten(0, x.shape[:2]).flatten(1).sum(1)

    def grad(self, x: Tensor) -> Tensor:
        bank = self.bank(x)
        r, w = _answers(x, bank), bank.widths[:, None, None]
        square = r.square() + w.square()
        slope = r / square.sqrt() if self.potential == "convex" else w * r / square
        return _back(bank.amounts[:, None, None] * slope, bank, x)

    def lipschitz(self) -> float:
        bank = self.bank(torch.zeros((), dtype=torch.float64))
        bends = bank.amounts.detach() / bank.widths.detach()  # of a potential, most at 0
        side = bank.filters.shape[1]
        spectra = torch.fft.fft2(bank.filters.detach(), s=(_SAMPLES, _SAMPLES)).abs().square()
        # Between two samples a trigonometric polynomial of degree d rises by at most 1 / cos(pi d / samples) an axis.
        return float((bends[:, None, None] * spectra).sum(0).max()) / math.cos(math.pi * (side - 1) / _SAMPLES) ** 2

    def strong_convexity(self) -> float:
        # Of the logarithm's second derivative the least is -1/8 of the largest, at t^2 = 3 w^2.
        return 0.0 if self.potential == "convex" else -self.lipschitz() / 8

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.hessian(x)(v)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        bank = self.bank(x)
        r, w = _answers(x, bank), bank.widths[:, None, None]
        square = r.square() + w.square()
        if self.potential == "convex":
            bend = w.square() / square**1.5
        else:
            bend = w * (w.square() - r.square()) / square.square()
        bend = bank.amounts[:, None, None] * bend
        return lambda v: _back(bend * _answers(v, bank), bank, v)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        side = self.bank(torch.zeros(())).filters.shape[1]
        if dtype.is_complex:
            return "fields of experts take real pictures, and these are complex: take PartsOf(FieldOfExperts())"
        if len(shape) != 3 or min(shape[1:]) < side:
            return f"filters of {side} px take channels and two space axes as wide, not {shown(shape)}: take slices"
        return ""


class FieldOfExperts(FilterEnergies):
    """g(x) = weight sum over filters j and pixels i of a_j phi_j((k_j * x)_i), each channel by itself.

    phi(t) = sqrt(t^2 + w_j^2) - w_j, or, heavy-tailed, w_j log(1 + t^2 / w_j^2) / 2, which is not convex and spares
    large answers. Filters are looked at where they lie inside the picture. Without any: the cosines of 3 x 3 px but the
    constant. Roth & Black 2009, doi 10.1007/s11263-008-0197-6; Chen et al. 2014, doi 10.1109/TIP.2014.2299065.
    """

    formula = r"g(x) = w \sum_j a_j \sum_i \phi_j((k_j * x)_i)"

    def __init__(
        self,
        weight: Weight = 10.0,
        filters: Annotated[Rows, "filters, each a row of side x side numbers; none: cosines of 3 x 3 px"] = (),
        amounts: Annotated[tuple[float, ...], Range(0, 10, limits=(0, 1e9)), "share of each filter; none: 1"] = (),
        widths: Annotated[
            tuple[float, ...],
            Range(1e-3, 1, log=True, limits=(1e-9, 1e9)),
            "answer up to which a potential is a parabola, of each filter; none: 0.05",
        ] = (),
        potential: Annotated[Potential, "how large answers cost: as their modulus, or as its logarithm"] = "convex",
    ) -> None:
        super().__init__()
        self.weight, self.filters, self.potential = weight, filters, potential
        self.amounts, self.widths = amounts, widths
        self.can = Can.VALUE | Can.GRAD | Can.HVP | (Can.CONVEX if potential == "convex" else Can(0))
        bank = _squares(filters) if filters else cosines(3)
        self._filters = Constant(bank)
        self._amounts = Constant(weight * _each(amounts, len(bank), 1.0, "amounts"))
        self._widths = Constant(_each(widths, len(bank), _USUAL_WIDTH, "widths"))

    def bank(self, x: Tensor) -> ExpertBank:
        return ExpertBank(self._filters.like(x), self._amounts.like(x), self._widths.like(x))


def cosines(side: int) -> Tensor:
    """The cosine transform's filters but the constant one, orthonormal, (side^2 - 1, side, side), float64."""
    k = torch.arange(side, dtype=torch.float64)
    rows = torch.cos(math.pi * k[:, None] * (k + 0.5) / side) * (2 / side) ** 0.5
    rows[0] /= 2**0.5
    return torch.einsum("ai,bj->abij", rows, rows).reshape(side * side, side, side)[1:]


def _answers(x: Tensor, bank: ExpertBank) -> Tensor:
    """k_j * x of every channel by itself where filters lie inside, (B C, J, ...)."""
    return conv2d(x.flatten(0, 1)[:, None], bank.filters[:, None])


def _back(answers: Tensor, bank: ExpertBank, x: Tensor) -> Tensor:
    return conv_transpose2d(answers, bank.filters[:, None]).reshape(x.shape)


def _squares(rows: Rows) -> Tensor:
    side = math.isqrt(len(rows[0]))
    if any(len(row) != side * side for row in rows) or not 1 <= side <= _SAMPLES // 4:
        came = f"rows of {sorted({len(row) for row in rows})} numbers"
        raise Refusal(f"filters of side x side numbers, up to {_SAMPLES // 4} px", came, "write each filter row by row")
    return torch.tensor(rows, dtype=torch.float64).reshape(-1, side, side)


def _each(numbers: tuple[float, ...], count: int, usual: float, name: str) -> Tensor:
    if numbers and len(numbers) != count:
        raise Refusal(f"{name} for {count} filters", f"{len(numbers)}", "give one for each filter, or none")
    return torch.tensor(numbers or (usual,) * count, dtype=torch.float64)
