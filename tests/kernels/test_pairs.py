"""Kernels over all pairs of points: both implementations against the whole matrix, and the memory they take."""

import math
import subprocess
import sys

import pytest
import torch
from torch import Tensor

from workbench.kernels import pairs, use
from workbench.kernels.pairs.numba import WIDE
from workbench.refusal import Refusal


def points(n: int, d: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(n + d), dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("mode", ["auto", "reference"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize(("n", "d"), [(2, 1), (37, 3), (300, WIDE + 9)])
def test_against_the_whole_matrix(mode, dtype, n, d):
    x = points(n, d, dtype)
    k = min(4, n - 1)
    gaps = (x[:, None] - x).double()
    apart = gaps.abs().amax(2).fill_diagonal_(math.inf)
    radii = torch.linspace(0, 3, n).to(dtype)
    with use(mode):
        found = pairs.log_similarity(x), pairs.neighbours(x, k), pairs.within(x, radii)
    wanted = (-gaps.square().sum(2)).exp().mean(1).log()
    loose = {torch.float64: 1e-12, torch.float32: 1e-5}[dtype]
    torch.testing.assert_close(found[0].double(), wanted, rtol=loose, atol=loose)
    torch.testing.assert_close(found[1].double(), apart.sort(1).values[:, :k], rtol=loose, atol=loose)
    assert torch.equal(found[2], (apart < radii[:, None]).sum(1))
    assert found[0].dtype == found[1].dtype == dtype


def test_both_implementations_agree_on_ties():
    x = (3 * points(200, 2)).round()
    k = pairs.neighbours(x, 5)
    with use("reference"):
        radii, counts = pairs.neighbours(x, 5), pairs.within(x, k[:, -1])
    assert torch.equal(k, radii) and torch.equal(pairs.within(x, k[:, -1]), counts)


NEAR = {
    "random": points,
    "of whole numbers": lambda n, d: (2 * points(n, d)).round(),
    "clustered": lambda n, d: 1e-9 * points(n, d) + (points(n, d)[:, :1] > 1) * 1e3,
    "of one constant coordinate": lambda n, d: points(n, d) * (torch.arange(d) > 0),
    "all the same": lambda n, d: torch.ones(n, d, dtype=torch.float64),
    "of one far outlier": lambda n, d: points(n, d) * torch.where(torch.arange(n) == 3, 1e30, 1.0)[:, None],
}


@pytest.mark.parametrize("kind", NEAR)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("d", [1, 2, 3, 6, 20])
def test_what_is_near_is_exactly_that_of_all_pairs(kind, dtype, d):
    """Sizes about those of one leaf, two leaves and many; the radius of the k-th neighbour is not below itself."""
    for n in (5, 63, 64, 65, 700):
        x = NEAR[kind](n, d).to(dtype)
        apart = (x[:, None] - x).abs().amax(2).fill_diagonal_(math.inf)
        wanted = apart.sort(1).values[:, :4]
        assert torch.equal(pairs.neighbours(x, 4), wanted)
        radii = wanted[:, 2] * torch.tensor([1, 1, 0, -1, 3]).repeat(n // 5 + 1)[:n]
        radii[n // 2] = math.inf
        assert torch.equal(pairs.within(x, radii), (apart < radii[:, None]).sum(1))


def test_threads_share_the_leaves():
    x, threads = points(500, 3), torch.get_num_threads()
    radii = torch.linspace(0, 3, len(x), dtype=x.dtype)
    alone = pairs.neighbours(x, 5), pairs.within(x, radii)
    try:
        torch.set_num_threads(3)
        together = pairs.neighbours(x, 5), pairs.within(x, radii)
    finally:
        torch.set_num_threads(threads)
    assert all(map(torch.equal, alone, together))


def test_the_reference_has_a_derivative():
    x = points(20, 3).requires_grad_()
    assert torch.autograd.gradcheck(pairs.log_similarity, (x,))


def test_memory_does_not_grow_as_n_squared():
    """In a fresh process, both implementations: of 10,000 points all distances would take 800 MB."""
    code = """
import resource, torch
from workbench.kernels import pairs, use
x = torch.randn(10_000, 3, dtype=torch.float64)
pairs.neighbours(x[:50], 3), pairs.log_similarity(x[:50])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for mode in ("auto", "reference"):
    with use(mode):
        pairs.log_similarity(x), pairs.neighbours(x[:4000], 3)
pairs.log_similarity(torch.randn(10_000, 30, dtype=torch.float64))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(answer.stdout) < 200


def test_bad_points_are_refused():
    with pytest.raises(Refusal, match="more samples than the 5 neighbours"):
        pairs.neighbours(points(5, 2), 5)
    with pytest.raises(Refusal, match="real points"):
        pairs.log_similarity(torch.zeros(3))
    with pytest.raises(Refusal, match="a radius for each of 4 points"):
        pairs.within(points(4, 1), torch.ones(3))
