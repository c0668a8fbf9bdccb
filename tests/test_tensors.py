"""Conventions: inner products, random numbers that depend on (seed, k) alone, constants that follow their reader."""

import pickle

import pytest
import torch

from workbench.refusal import Refusal
from workbench.tensors import Constant, abs2, dot, generator, norm, norm2, normal_like, require_finite, shown, spread

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


def test_random_numbers_depend_on_seed_and_iteration_alone():
    draw = {(s, k): torch.rand(4, generator=generator(s, k)) for s in range(8) for k in range(8)}
    assert len({tuple(v.tolist()) for v in draw.values()}) == 64
    assert torch.equal(draw[3, 5], torch.rand(4, generator=generator(3, 5)))


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
