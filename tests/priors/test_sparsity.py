"""The l1 norms and the quadratic priors, by hand."""

import pytest
import torch

from workbench.priors import L1, GroupL1, Tikhonov, Zero
from workbench.tensors import generator, normal_like


def test_soft_thresholding_keeps_signs_phases_and_exact_zeros():
    x = torch.tensor([[[3.0, -0.5, -2.0, 0.0]]])
    assert L1(2.0).prox(x, 0.5).tolist() == [[[2, 0, -1, 0]]]
    z = torch.tensor([[[3 + 4j, 0.3j]]], dtype=torch.complex128)
    assert torch.allclose(L1(1.0).prox(z, 2.5), z * torch.tensor([0.5, 0.0]))


def test_groups_share_one_modulus():
    x = torch.tensor([[[3.0, 0.3], [4.0, -0.4]]])
    assert float(GroupL1(2.0)(x)) == pytest.approx(2 * 5.5)
    assert torch.allclose(GroupL1(2.0).prox(x, 0.5), torch.tensor([[[2.4, 0.0], [3.2, 0.0]]]))
    assert torch.allclose(GroupL1(2.0).conjugate_prox(x, 9.0), torch.tensor([[[1.2, 0.3], [1.6, -0.4]]]))


def test_groups_of_one_are_the_l1_norm():
    x = normal_like(torch.empty(2, 1, 6, dtype=torch.complex128), generator(0, 0))
    assert torch.allclose(GroupL1(1.3)(x), L1(1.3)(x))
    assert torch.allclose(GroupL1(1.3).prox(x, 0.4), L1(1.3).prox(x, 0.4))


def test_an_axis_that_is_not_there_is_refused_in_a_sentence():
    assert not GroupL1(axis=2).unfit((1, 8), torch.float32)
    assert "no axis 3" in GroupL1(axis=3).unfit((1, 8), torch.float32)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_autograd_of_tikhonov_at_zero_sees_its_hessian(dtype):
    prior, zero = Tikhonov(3.0), torch.zeros(1, 1, 4, dtype=dtype)
    v = normal_like(zero, generator(0, 0))

    def slope(z: torch.Tensor) -> torch.Tensor:
        return torch.func.grad(lambda w: prior(w).sum())(z)

    assert torch.allclose(torch.func.jvp(slope, (zero,), (v,))[1], prior.hvp(zero, v))


def test_conjugates_of_quadratics_also_without_weight():
    z = torch.tensor([[[2.0, -1.0]]])
    assert torch.allclose(Tikhonov(3.0).conjugate_prox(z, 1.0), 0.75 * z)
    for prior in (Tikhonov(0.0), Zero()):
        assert prior.conjugate_prox(z, 0.0).tolist() == [[[0, 0]]]
        assert prior.prox(z, 1.0).tolist() == z.tolist()
