"""How torch keeps a tensor changes nothing: every part takes what is conjugated or negated lazily, strided or repeated.

z.conj() and z.conj().imag carry flags that torch's own functions see and compiled kernels, NumPy and views do not.
"""

import itertools
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

from tests.laws import small
from tests.laws import test_noises as noise_laws
from tests.laws import test_priors as prior_laws
from workbench import catalog, noise, operators, priors
from workbench.algorithms import GradientDescent, State
from workbench.analysis import certify, metrics, spectrum, standard
from workbench.analysis.chains import Moments, effective_size, rhat, sliced_wasserstein
from workbench.analysis.spectrum import modes, top
from workbench.noise import Likelihood
from workbench.parameters import as_code
from workbench.priors import Can
from workbench.problem import Problem
from workbench.run import Row, collect, iterate
from workbench.tensors import dot, generator, norm, norm2, normal_like, require_finite, total

Call = Callable[..., object]


def flagged(x: Tensor) -> Tensor:
    """The same numbers behind the flag that torch has for them."""
    if x.is_complex():
        found = x.conj().resolve_conj().conj()
        assert found.is_conj()
    else:
        found = torch.complex(torch.zeros_like(x), -x).conj().imag
        assert found.is_neg()
    return found


def strided(x: Tensor) -> Tensor:
    """The same numbers, axes the other way round and with gaps in memory."""
    backwards = list(reversed(range(x.ndim)))
    spread = torch.stack([x, torch.full_like(x, torch.nan)], -1)[..., 0]
    return spread.permute(backwards).clone(memory_format=torch.contiguous_format).permute(backwards)


def repeated(x: Tensor) -> Tensor:
    """One number for each item and channel, which memory holds once."""
    return x[(slice(None), slice(None), *[slice(0, 1)] * (x.ndim - 2))].expand(x.shape)


def batched(x: Tensor) -> Tensor:
    """The first item for every item."""
    return x[:1].expand(x.shape)


def disguises(x: Tensor) -> Iterator[tuple[str, Tensor]]:
    for make in (flagged, strided, repeated, batched):
        yield make.__name__, make(x)
        yield f"flagged and {make.__name__}", flagged(x) if make is flagged else make(flagged(x))


def numbers(found: object) -> list[Tensor]:
    if isinstance(found, Tensor):
        return [found]
    if isinstance(found, float | int):
        return [torch.tensor(float(found))]
    return [n for part in (found.values() if isinstance(found, dict) else found) for n in numbers(part)]


def indifferent(call: Call, *args: Tensor) -> None:
    """The call gives for disguised arguments what it gives for plain copies of them."""
    for place in range(len(args)):
        for name, worn in disguises(args[place]):
            bare = worn.resolve_conj().resolve_neg().contiguous().clone()
            assert torch.equal(worn, bare), name
            wanted, found = (numbers(call(*(v if k == place else a for k, a in enumerate(args)))) for v in (bare, worn))
            for a, b in zip(found, wanted, strict=True):
                size = float(b.abs().max()) if b.numel() else 0.0
                torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12 * size, equal_nan=True, msg=name)


@pytest.mark.parametrize("operator", small.members(), ids=small.name)
def test_operators(operator):
    for dtype in small.dtypes(operator):
        x = small.random((2, *operator.in_shape), dtype)
        y = small.random((2, *operator.out_shape), operator(x).dtype, seed=1)
        indifferent(operator, x)
        if isinstance(operator, operators.LinearOperator):
            indifferent(operator.adjoint, y)
            if operator.gram_inverse(x, 0.7) is not None:
                indifferent(lambda v: operator.gram_inverse(v, 0.7), x)
            if operator.pseudo_inverse(y) is not None:
                indifferent(operator.pseudo_inverse, y)
        else:
            indifferent(lambda v, w: operator.at(v).adjoint(w), x, y)
            indifferent(operator.at(x), x)


STEP = 0.02
PRIOR_CALLS: dict[Can, Call] = {
    Can.VALUE: lambda p, x: p(x),
    Can.GRAD: lambda p, x: p.grad(x),
    Can.HVP: lambda p, x: p.hvp(x, x),
    Can.PROX: lambda p, x: (p.prox(x, STEP), p.conjugate_prox(x, STEP) if Can.CONVEX in p.can else x),
    Can.CONJUGATE: lambda p, x: p.conjugate(x / 10),
    Can.DENOISE: lambda p, x: p.denoise(x, 0.1),
    Can.SPLIT: lambda p, x: p.outer.prox(p.linear(tuple(x.shape[1:]))(x), STEP),
}
CLASSES = catalog.members("prior")
PRIORS = [cls(**given) for name, cls in CLASSES.items() for given in ({}, *prior_laws.MORE.get(name, ()))]


@pytest.mark.parametrize("prior", PRIORS, ids=as_code)
def test_priors(prior):
    for dtype in (torch.float64, torch.complex128):
        if prior.unfit((1, 8, 8), dtype):
            continue
        x = normal_like(torch.empty(2, 1, 8, 8, dtype=dtype), generator(0, 0))
        for ability, call in PRIOR_CALLS.items():
            if ability in prior.can:
                indifferent(lambda v, call=call: call(prior, v), x)


@pytest.mark.parametrize("law", [cls() for cls in catalog.members("noise").values()], ids=as_code)
def test_noises(law):
    for dtype in noise_laws.dtypes(law)[:-1]:
        clean, y = noise_laws.points(law, dtype)
        indifferent(lambda u: law.sample(u, generator(0, 0)), noise_laws.cleans(2, dtype))
        indifferent(law.nll, clean, y)
        indifferent(law.precision, clean.abs() if not clean.is_complex() else clean)
        if Likelihood.GRAD in law.can:
            indifferent(law.grad, clean, y)
            indifferent(law.curvature, clean, y)
            indifferent(lambda u, v: law.hvp(u, v, u), clean, y)
        if Likelihood.PROX in law.can:
            indifferent(lambda u, v: law.prox(u, v, 0.3), clean, y)
        if Likelihood.CONJUGATE in law.can:
            indifferent(lambda u, v: law.conjugate(u / 100, v), clean, y)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_conventions_metrics_and_probes(dtype):
    shape = (1, 8, 8)
    x = normal_like(torch.empty(2, *shape, dtype=dtype), generator(0, 0))
    other = normal_like(x, generator(1, 0))
    indifferent(dot, x, other)
    for measure in (norm, norm2, total):
        indifferent(measure, x)
    indifferent(lambda v: require_finite(v, "it") or v, x)
    indifferent(metrics.signal_to_noise, x, other)
    indifferent(metrics.similarity, x, other)
    problem = Problem.simulate(operators.Mask(shape), noise.Gaussian(), priors.Tikhonov(), other)
    for probe in standard(problem):
        indifferent(lambda v, probe=probe: probe(problem, State(v, 0)), x)
    algorithm = GradientDescent(0.001)
    indifferent(lambda v: certify(problem, algorithm, algorithm.init(problem, v, generator(0, 0))).value, x)
    indifferent(lambda v: next(itertools.islice(iterate(problem, algorithm, v), 2, None)).x, x)
    indifferent(lambda v: torch.as_tensor(collect([Row(State(v, 0), 0.0, {"x": v.flatten(1)[:, 0]})]).x.values), x)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_spectra_and_chains(dtype):
    shape = (1, 4, 6)
    x = normal_like(torch.empty(2, *shape, dtype=dtype), generator(0, 0))
    gram = operators.GaussianBlur(shape).gram
    pairs = top(gram, 3, spectrum.Search(like=x.flatten()[0].resolve_conj()))
    indifferent(lambda v: spectrum.lanczos(gram, 3, v).alpha, x)
    indifferent(lambda v: modes.components(pairs, v), x)
    draws = normal_like(torch.empty(3, 2, 40, dtype=dtype), generator(0, 0))
    indifferent(lambda v: Moments.of(v).plus(x).variance, x)
    indifferent(lambda v: sliced_wasserstein(v, draws, generator(0, 0)), draws.flip(0) + 1)
    if not dtype.is_complex:
        indifferent(effective_size, draws.mT)
        indifferent(rhat, draws.mT)
