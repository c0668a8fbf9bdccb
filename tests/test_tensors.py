"""Conventions: inner products, streams that depend on their name alone, constants that follow their reader."""

import itertools
import pickle

import pytest
import torch

from workbench.refusal import Refusal
from workbench.tensors import (
    Constant,
    abs2,
    child_seed,
    dot,
    generator,
    norm,
    norm2,
    normal_like,
    require_finite,
    shown,
    spread,
    stream,
    total,
)

DTYPES = (torch.float32, torch.float64, torch.complex64, torch.complex128)


@pytest.mark.parametrize("dtype", DTYPES)
def test_inner_product_is_real_and_by_item(dtype):
    x = normal_like(torch.empty((3, 2, 5), dtype=dtype), generator(0, 0))
    y = normal_like(x, generator(0, 1))
    wanted = torch.stack([(a.conj() * b).sum().real for a, b in zip(x, y, strict=True)])
    assert torch.allclose(dot(x, y), wanted)
    assert torch.allclose(norm2(x), dot(x, x))
    assert torch.allclose(norm(x), torch.linalg.vector_norm(x, dim=(1, 2)))
    assert dot(x, y).dtype == dtype.to_real()


@pytest.mark.parametrize("size", [2**18 + 1, 2**22])
def test_long_sums_are_right_to_the_rounding_of_their_dtype(size):
    """torch's own norm of so many equal numbers is off by parts in 1000."""
    tenth = torch.full((1, size), 0.1)
    exact = float(tenth[0, 0]) * size**0.5
    assert float(norm(tenth)) == pytest.approx(exact, rel=1e-7)
    assert float(norm2(tenth)) == pytest.approx(exact**2, rel=1e-7)
    wave = torch.arange(size).remainder(1000).sub(499.5).reshape(1, -1)
    steps = torch.cat([wave[:, : size // 2], -wave[:, size // 2 :]], 1)
    wanted = float((wave.double() * steps.double()).sum())
    assert float(dot(wave, steps)) == pytest.approx(wanted, abs=2e-8 * float(norm2(wave)))
    both = torch.complex(tenth, -tenth)
    assert float(norm(both)) == pytest.approx(exact * 2**0.5, rel=1e-7)
    assert torch.equal(total(tenth.double()), tenth.double().sum(1)) and total(tenth).dtype == torch.float32


def test_inner_product_of_real_and_complex():
    x = normal_like(torch.empty(2, 4, dtype=torch.float64), generator(0, 0))
    y = normal_like(torch.empty(2, 4, dtype=torch.complex128), generator(0, 1))
    assert torch.allclose(dot(x, y), (x * y.real).sum(1))
    assert torch.allclose(dot(y, x), dot(x, y))
    assert torch.allclose(dot(y, y.conj()), (y * y).real.sum(1))
    assert torch.allclose(norm2(y.conj()), norm2(y))
    require_finite(y.conj(), "a lazily conjugated tensor")


def test_modulus_bends_at_zero():
    x = torch.zeros(1, 1, dtype=torch.complex128)
    hvp = torch.func.jvp(torch.func.grad(lambda u: abs2(u).sum()), (x,), (torch.ones_like(x),))[1]
    assert torch.equal(hvp, 2 * torch.ones_like(x))


def test_random_numbers_depend_on_seed_purpose_and_number_alone():
    names = list(itertools.product((0, 1, 7, 2**40), ("start", "step", "step 1", "1 step"), (0, 1, 11)))
    draw = {name: torch.rand(4, generator=stream(*name)) for name in names}
    assert len({tuple(v.tolist()) for v in draw.values()}) == len(names)
    assert torch.equal(draw[7, "step", 11], torch.rand(4, generator=stream(7, "step", 11)))


def test_streams_whose_seeds_agree_in_32_bits_differ():
    """torch keeps no more of a seed on the CPU: among 400,000 steps sixteen pairs would draw the same noise."""
    one, other = (stream(0, "step", k) for k in (45276, 104887))
    assert one.initial_seed() != other.initial_seed()
    assert one.initial_seed() % 2**32 == other.initial_seed() % 2**32
    again = (torch.Generator().manual_seed(rng.initial_seed()) for rng in (one, other))
    assert torch.equal(*(torch.rand(4, generator=rng) for rng in again)), "torch keeps 64 bits by now: simplify stream"
    assert not torch.equal(*(torch.rand(4, generator=rng) for rng in (one, other)))


def test_a_stream_is_uniform_and_can_be_made_within_a_transform():
    x = torch.rand(100_000, generator=stream(0, "uniform"), dtype=torch.float64)
    assert float(x.mean()) == pytest.approx(0.5, abs=0.004) and float(x.var()) == pytest.approx(1 / 12, abs=0.001)
    white = torch.randn(5, generator=stream(3, "white"))
    found = torch.func.jvp(lambda v: v * torch.randn(5, generator=stream(3, "white")), (white,), (torch.ones(5),))
    assert torch.equal(found[1], white)


def test_children_of_a_seed_are_those_of_no_other_and_in_the_first_format_its_neighbours():
    children = [child_seed(seed, "chains", j) for seed in range(50) for j in range(50)]
    assert len(set(children)) == 2500 and min(children) > 2**31
    assert [child_seed(-1 - 5, "chains", j) for j in range(3)] == [-1 - 5, -1 - 6, -1 - 7]


def test_normal_numbers_of_complex_signals_have_variance_one_in_each_part():
    x = normal_like(torch.empty(1, 100_000, dtype=torch.complex64), generator(0, 0))
    assert float(x.real.var()) == pytest.approx(1, abs=0.02)
    assert float(x.imag.var()) == pytest.approx(1, abs=0.02)


def test_what_is_not_finite_is_counted():
    require_finite(torch.zeros(2, 2), "the data")
    with pytest.raises(Refusal, match="finite values in the data, got 2 NaN or infinite"):
        require_finite(torch.tensor([1.0, float("nan"), float("inf")]), "the data")


def test_shapes_and_spreading():
    assert shown((1, 256, 256)) == "1 x 256 x 256"
    assert shown(()) == "a scalar"
    assert spread(torch.ones(3), torch.zeros(3, 1, 4, 4)).shape == (3, 1, 1, 1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_constant_follows_its_reader(dtype):
    x = torch.ones(3, dtype=dtype)
    assert Constant(torch.ones(2, dtype=torch.float64)).like(x).dtype == dtype.to_real()
    assert Constant(torch.ones(2, dtype=torch.complex128)).like(x).dtype == dtype.to_real().to_complex()
    constant = Constant(torch.ones(2, dtype=torch.float64))
    assert constant.like(x) is constant.like(x)


def test_a_constant_first_read_in_inference_mode_serves_autograd():
    constant, x = Constant(torch.arange(3.0, dtype=torch.float64)), torch.ones(3)
    with torch.inference_mode():
        constant.like(x)
    x.requires_grad_()
    (constant.like(x) * x).sum().backward()
    assert torch.equal(x.grad, constant.value.float())


def test_a_constant_first_read_in_a_transform_outlives_it():
    constant, x = Constant(torch.arange(3.0, dtype=torch.float64)), torch.ones(3)
    hessian = torch.func.jvp(torch.func.grad(lambda u: (constant.like(u) * u * u).sum()), (x,), (x,))[1]
    assert torch.equal(hessian, 2 * constant.value.float())
    assert torch.func.debug_unwrap(constant.like(x)) is constant.like(x)
    assert torch.equal(pickle.loads(pickle.dumps(constant)).like(x), constant.like(x))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_is_made_of_a_differentiated_tensor_is_differentiated(dtype):
    """A cast of it was kept without its derivative: 0 in torch.func, and nothing after a first call under no_grad."""
    x = torch.tensor([1.0, 2.0, 4.0], dtype=dtype)

    def value(v):
        return (Constant(v.square()).like(x) * x).sum()

    v = torch.tensor([1.0, 3.0, -2.0], dtype=torch.float64)
    assert torch.equal(torch.func.grad(value)(v), 2 * v * x)
    leaf = v.clone().requires_grad_()
    constant = Constant(leaf.square())
    with torch.no_grad():
        constant.like(x)
    (constant.like(x) * x).sum().backward()
    assert torch.equal(leaf.grad, 2 * v * x)
