"""Coils of a scanner: their noise made white and equal, and fewer of them."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.data.steps.base import Step, Stepped, require_axes
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import require_finite, shown

_RANK = 1e-12  # of the largest eigenvalue: less is a coil that repeats others


@dataclass(frozen=True, eq=False)
class Whitening(Step):
    """W y along the first axis, the coils, with W C W* = 1 and C the covariance of a noise scan: W = L^-1, C = L L*.

    After it the noise of every coil has standard deviation 1 in its real and in its imaginary part and is independent
    of the others': `Gaussian(1)`. Maps of coils that were measured without it no longer fit. Pruessmann et al. 2001,
    doi 10.1002/mrm.1241.
    """

    noise: Annotated[
        float | Tensor, "a scan without signal, coils along axis 0; a number is its level in each coil"
    ] = 1.0

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_axes(values, 1, self)
        if not isinstance(self.noise, Tensor):
            if self.noise <= 0:
                raise Refusal("a noise level above 0 for Whitening.noise", f"{self.noise:g}", "give a scan or a level")
            return Stepped(values / self.noise, f"divided by a noise level of {self.noise:g}", "noise levels")
        coils = len(values)
        if not self.noise.ndim or len(self.noise) != coils:
            came = f"{shown(tuple(self.noise.shape))} for data of {shown(tuple(values.shape))}"
            raise Refusal(f"a noise scan of {coils} coils", came, "its first axis is that of the coils, as in the data")
        require_finite(self.noise, "Whitening.noise")
        scan = self.noise.to(values.dtype if values.is_complex() else self.noise.dtype).reshape(coils, -1)
        scan = scan.to(torch.promote_types(scan.dtype, torch.float64))
        lower = _factor(scan)
        flat = values.reshape(coils, -1).to(torch.promote_types(values.dtype, lower.dtype))
        made = torch.linalg.solve_triangular(lower, flat, upper=False).reshape(values.shape)
        said = f"{coils} coils made white by a noise scan of {scan.shape[1]} samples: noise of standard deviation 1"
        return Stepped(made, said, "noise levels")


def _factor(scan: Tensor) -> Tensor:
    """L of the covariance L L* of one number: of complex noise, that of its real part."""
    coils, samples = scan.shape
    scan = scan - scan.mean(1, keepdim=True)
    covariance = scan @ scan.mH / (max(samples - 1, 1) * (2 if scan.is_complex() else 1))
    values = torch.linalg.eigvalsh(covariance)
    if samples <= coils or values[0] <= _RANK * values[-1]:
        came = f"{samples} samples in which coils repeat one another or are silent"
        raise Refusal(f"a noise scan that tells {coils} coils apart", came, "take a longer scan, or leave coils out")
    return torch.linalg.cholesky(covariance)


@dataclass(frozen=True)
class CoilCompression(Step):
    """The first `coils` principal components along the first axis, the coils: those with most of the energy.

    An orthonormal change of coils, so that white noise stays white; put `Whitening` first. Maps of the coils that were
    measured without it no longer fit. Buehrer et al. 2007, doi 10.1002/mrm.21237.
    """

    coils: Annotated[int, Range(1, 16, limits=(1, 1024)), "virtual coils that are kept"] = 8

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_axes(values, 2, self)
        if self.coils > len(values):
            raise Refusal(f"at most {len(values)} virtual coils", str(self.coils), "give fewer, or leave the step out")
        flat = values.reshape(len(values), -1)
        energies, vectors = torch.linalg.eigh(flat @ flat.mH)
        made = (vectors.flip(1)[:, : self.coils].mH @ flat).reshape(self.coils, *values.shape[1:])
        kept = float(energies.flip(0)[: self.coils].sum() / energies.sum().clamp_min(torch.finfo(energies.dtype).tiny))
        return Stepped(made, f"{len(values)} coils as {self.coils} virtual ones, with {kept:.4%} of the energy", units)
