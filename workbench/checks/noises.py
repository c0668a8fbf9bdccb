"""The laws of noises: samples, likelihood, slopes, moments at the truth, prox."""

from collections.abc import Iterator

import torch
from torch import Tensor

from workbench.checks.report import Finding, Law, at_most, holds
from workbench.noise import Likelihood, Noise
from workbench.refusal import Refusal
from workbench.tensors import dot, norm, norm2, normal_like, real_of, stream

LEVELS = (0.0, 0.02, 0.3, 2.0)
SAMPLES = 100_000
_SIGMAS = 5.5  # standard errors, which chance exceeds once in 26 million
_H = 1e-6
_ROUGH = 0.02  # relative: an average may have to be estimated
_TINY = 1e-300


def dtypes(noise: Noise) -> list[torch.dtype]:
    """The double precisions that a noise takes."""
    return [torch.float64, torch.complex128] if Likelihood.COMPLEX in noise.can else [torch.float64]


def clean_data(batch: int, dtype: torch.dtype) -> Tensor:
    """Clean data >= 0, (batch, 1, 8, 5): each level in two rows, one of them exact."""
    rows = torch.tensor(LEVELS, dtype=torch.float64).repeat_interleave(2)[:, None].expand(-1, 5).clone()
    rows[1::2] *= 1 + 0.1 * torch.rand(len(LEVELS), 5, generator=stream(0, "levels of a check"), dtype=torch.float64)
    return rows.expand(batch, 1, -1, -1).to(dtype)


def points(noise: Noise, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Trial values away from 0, where curvatures may jump, and noisy data."""
    clean = clean_data(2, dtype)
    y = noise.sample(clean, stream(0, "data of a check"))
    trial = clean + 0.1 * normal_like(clean, stream(0, "trial values of a check")) * (torch.arange(5) > 0)
    return torch.where(trial.real.abs() < 1e-3, 2e-3, trial), y


def trials(noise: Noise) -> Iterator[tuple[str, Tensor, Tensor]]:
    """`points` in each precision that a noise takes, after its name."""
    for dtype in dtypes(noise):
        yield (_word(dtype), *points(noise, dtype))


def samples(noise: Noise) -> Iterator[Finding]:
    """Like the clean data, the same for the same stream, others for another, fit to be data."""
    for dtype in [*dtypes(noise), torch.float32]:
        of = _word(dtype)
        clean = clean_data(2, dtype)
        y, again, other = (noise.sample(clean, stream(0, "samples of a check", n)) for n in (1, 1, 2))
        fine = y.shape == clean.shape and y.dtype == dtype
        yield holds(f"a sample is like the clean data, {of}", fine, f"{tuple(y.shape)}, {y.dtype}")
        yield holds(
            f"the same stream gives the same sample, {of}", torch.equal(y, again), "another: draw from `rng` alone"
        )
        yield holds(f"another stream gives another, {of}", not torch.equal(y, other), "the same: draw from `rng`")
        yield holds(f"items of a batch differ, {of}", not torch.equal(y[0], y[1]), "they are equal")
        yield holds(f"its own samples can be its data, {of}", not noise.unfit(y), noise.unfit(y))


def likelihood(noise: Noise) -> Iterator[Finding]:
    """nll is (B,), each item by itself, and grad, curvature, precision are like the data."""
    for of, clean, y in trials(noise):
        value = noise.nll(clean, y)
        fine = value.shape == (2,) and value.dtype == real_of(clean.dtype)
        yield holds(f"nll is (B,) and real, {of}", fine, f"{tuple(value.shape)}, {value.dtype}")
        yield at_most(f"items of a batch are independent, {of}", (value[1:] - noise.nll(clean[1:], y[1:])).abs(), 1e-9)
        for name, entries in (("curvature", noise.curvature(clean, y)), ("precision", noise.precision(clean))):
            fine = entries.shape == clean.shape and entries.dtype == real_of(clean.dtype)
            yield holds(f"{name} is like the data, {of}", fine, f"{tuple(entries.shape)}, {entries.dtype}")


def slopes(noise: Noise) -> Iterator[Finding]:
    """grad is the slope of nll, hvp that of grad; where nll has kinks, at points beside them."""
    for of, clean, y in trials(noise):
        v = normal_like(clean, stream(0, "directions of a check"))
        slope = (noise.nll(clean + _H * v, y) - noise.nll(clean - _H * v, y)) / (2 * _H)
        size = slope.abs() + 1e-2 * noise.nll(clean, y).abs() + _TINY
        yield at_most(f"grad is the slope of nll, {of}", (dot(noise.grad(clean, y), v) - slope).abs() / size, 1e-5)
        bend = (noise.grad(clean + _H * v, y) - noise.grad(clean - _H * v, y)) / (2 * _H)
        yield at_most(
            f"hvp is the slope of grad, {of}", norm(noise.hvp(clean, y, v) - bend) / (norm(bend) + _TINY), 1e-4
        )


def moments(noise: Noise) -> Iterator[Finding]:
    """At the truth grad has mean 0 and variance `precision`: the data are drawn from exp(-nll)."""
    for level in LEVELS:
        clean = torch.full((1, SAMPLES), level, dtype=torch.float64)
        slope = noise.grad(clean, noise.sample(clean, stream(0, "moments of a check"))).flatten()
        precision, square = float(noise.precision(clean)[0, 0]), slope.square()
        off = abs(float(slope.mean())) / ((precision / SAMPLES) ** 0.5 + _TINY)
        yield at_most(f"mean of grad at a truth of {level:g} is 0", off, _SIGMAS, "standard errors")
        spread = abs(float(square.mean()) - precision) / (
            float(square.std()) / SAMPLES**0.5 + 1e-12 * precision + _TINY
        )
        yield at_most(f"variance of grad at a truth of {level:g} is `precision`", spread, _SIGMAS, "standard errors")


def average(noise: Noise) -> Iterator[Finding]:
    """`expected`, where a noise knows it, is the mean of nll over samples, found from the samples alone."""
    for level in LEVELS:
        clean = torch.full((1, SAMPLES), level, dtype=torch.float64)
        y = noise.sample(clean, stream(0, "averages of a check"))
        try:
            found = noise.expected(y)
        except Refusal:
            return
        each = noise.nll(clean.T, y.T)
        chance = _SIGMAS * float(each.std()) / SAMPLES**0.5
        off = max(0.0, abs(found / SAMPLES - float(each.mean())) - chance) / float(each.mean())
        yield at_most(f"`expected` is the mean of nll at a truth of {level:g}", off, _ROUGH, "relative error")


def bounds(noise: Noise) -> Iterator[Finding]:
    """No curvature exceeds `lipschitz`; convex means convex."""
    clean, y = points(noise, torch.float64)
    if Likelihood.LIPSCHITZ in noise.can:
        most, bound = float(noise.curvature(clean, y).max()), noise.lipschitz(y)
        fact = f"a curvature {most:.4g}, lipschitz {bound:.4g}"
        yield holds("no curvature exceeds `lipschitz`", most <= bound * (1 + 1e-12), fact, fact)
    if Likelihood.CONVEX in noise.can:
        ends = noise.nll(clean - 0.1, y) + noise.nll(clean + 0.1, y)
        above = (2 * noise.nll(clean, y) - ends) / (ends.abs() + _TINY)
        yield at_most("nll is convex", torch.nan_to_num(above, nan=0, neginf=0), 1e-12, "relative excess")


def prox(noise: Noise) -> Iterator[Finding]:
    """u = prox(v, y, step): no other has a lower |u - v|^2 / 2 + step nll(u, y)."""
    if Likelihood.PROX not in noise.can:
        return
    for of, v, y in trials(noise):
        for scale in (1e-3, 1.0):
            step = scale / float(noise.precision(clean_data(1, torch.float64)).mean())
            u = noise.prox(v, y, step)

            def value(w: Tensor, v: Tensor = v, y: Tensor = y, step: float = step) -> Tensor:
                return norm2(w - v) / 2 + step * noise.nll(w, y)

            others = [v, 0.999 * u, 1.001 * u, (u + v) / 2, u + 1e-4 * normal_like(u, stream(0, "others of a check"))]
            gain = max(float(((value(u) - value(w)) / (value(u).abs() + _TINY)).max()) for w in others)
            yield at_most(f"nothing is better than the prox, {of}", gain, 1e-9, "relative gain of another")


def conjugate(noise: Noise) -> Iterator[Finding]:
    """nll(u) + nll*(p) >= <p, u> for all, with equality where p is a slope of nll at u: Fenchel and Young."""
    if Likelihood.CONJUGATE not in noise.can:
        return
    for of, u, y in trials(noise):
        p = noise.grad(u, y)
        value, size = noise.conjugate(p, y), noise.nll(u, y).abs() + (p.abs() * (u.abs() + y.abs())).flatten(1).sum(1)
        gap = (noise.nll(u, y) + value - dot(p, u)).abs() / (size + _TINY)
        yield at_most(f"the conjugate meets nll at its slopes, {of}", gap, 1e-9)
        below = dot(0.9 * p, u) - noise.nll(u, y) - noise.conjugate(0.9 * p, y)
        yield at_most(f"the conjugate lies above every tangent, {of}", below / (size + _TINY), 1e-9)


def _word(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


LAWS: tuple[Law, ...] = (samples, likelihood, slopes, moments, average, bounds, prox, conjugate)
