"""u - y - y log(u / y) to its last digits, against fifty-digit decimals."""

from decimal import Decimal, getcontext

import pytest
import torch

from workbench.divergence import divergence
from workbench.priors import Entropy

getcontext().prec = 50
RATIOS = (0.0, 1e-30, 1e-6, 0.3, 0.81, 0.9, 1 - 1e-3, 1 - 1e-5, 1.0, 1 + 1e-6, 1 + 3e-4, 1.22, 1.3, 50.0, 1e7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("u", [1e-6, 0.7, 3e4])
def test_it_has_the_digits_of_its_excess(u, dtype):
    y = (u * torch.tensor(RATIOS, dtype=torch.float64)).to(dtype)
    us = torch.full_like(y, u)
    wanted = []
    for a, b in zip(map(Decimal, us.tolist()), map(Decimal, y.tolist()), strict=True):
        wanted.append(float(a - b - b * (a / b).ln() if b else a))
    exact = torch.tensor(wanted, dtype=torch.float64)
    error = (divergence(us, y, us - y).double() - exact).abs()
    assert bool((error <= 20 * torch.finfo(dtype).eps * exact).all())


def test_where_nothing_was_counted_it_is_u_and_its_slopes_are_finite():
    u = torch.tensor([2.0, 3.0, 1e-3], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([0.0, 3.0, 1e-300], dtype=torch.float64)
    value = divergence(u, y, u - y)
    assert value.tolist() == pytest.approx([2.0, 0.0, 1e-3], abs=1e-15)
    (slope,) = torch.autograd.grad(value.sum(), u)
    assert slope.tolist() == pytest.approx([1.0, 0.0, 1.0])


def test_entropy_near_its_model_in_single_precision():
    x = 0.5 * (1 + 1e-4 * torch.linspace(-1, 1, 4097))[None]
    exact = (Decimal("0.5") - Decimal(float(v)) + Decimal(float(v)) * (2 * Decimal(float(v))).ln() for v in x[0])
    assert float(Entropy(1.0, 0.5)(x)) == pytest.approx(float(sum(exact)), rel=1e-5)
