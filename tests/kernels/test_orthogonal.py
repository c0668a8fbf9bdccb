"""Long rows in single precision: their products, bases and intervals keep the digits that the dtype has."""

import pytest
import torch

from workbench.kernels.orthogonal import factored, normalised, orthogonalise, products

LONG = 300_007  # numbers: torch's product loses two digits there, its QR three


def rows(count: int, size: int = LONG, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


def test_products_of_long_rows_are_right_to_their_rounding():
    level = torch.full((3, LONG), 0.1) * torch.tensor([[1.0], [2.0], [3.0]])
    exact = level.double() @ level.double().mT
    # 2e-7 on one processor, 5e-7 on another, whose blocks are others; torch's own: 1e-5
    torch.testing.assert_close(products(level, level), exact, rtol=1e-6, atol=0)
    a, b = rows(4), rows(7, seed=1)
    torch.testing.assert_close(products(a, b), a.double() @ b.double().mT, rtol=0, atol=1e-8 * LONG)
    both = products(torch.stack([a, 2 * a]), b)
    torch.testing.assert_close(both, torch.stack([products(a, b), products(2 * a, b)]))


def test_rows_and_basis_are_orthonormal_to_their_rounding():
    spikes = torch.zeros(3, LONG)
    spikes[[0, 1, 2], [7, 77, 777]] = 1
    basis = normalised(torch.cat([spikes, 1e-3 * rows(2) / LONG**0.5 + torch.eye(5, LONG)[3:]]))
    rest, inside = orthogonalise(rows(4, seed=2) + 100 * basis[:4], basis)
    torch.testing.assert_close(inside.diagonal(), torch.full((4,), 100.0, dtype=torch.float64), rtol=0, atol=5)
    block, _ = factored(rest, 1e-3)
    all_rows = torch.cat([basis, block]).double()
    torch.testing.assert_close(all_rows @ all_rows.mT, torch.eye(9, dtype=torch.float64), rtol=0, atol=5e-7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [6, 5000])
def test_a_factorisation_keeps_what_is_small_and_drops_what_is_rounding(size, dtype):
    a, b, c = rows(3, size).to(dtype)
    mixed = torch.stack([a, a + 1e-4 * b, 1e-6 * c, 2 * a - b, torch.zeros_like(a)])
    eps = torch.finfo(dtype).eps
    block, inside = factored(mixed, 30 * eps * float(a.norm()))
    kept = 3 if dtype == torch.float64 else 2  # in single precision 1e-6 c lies below
    assert block.shape == (kept, size) and inside.shape == (5, kept) and inside.dtype == torch.float64
    torch.testing.assert_close(block @ block.mT, torch.eye(kept, dtype=dtype), rtol=0, atol=20 * eps)
    torch.testing.assert_close(inside.to(dtype) @ block, mixed, rtol=0, atol=60 * eps * float(a.norm()))
    nothing, none = factored(torch.zeros(2, size, dtype=dtype), 0.0)
    assert nothing.shape == (0, size) and none.shape == (2, 0)
