"""Where the image's origin is: pixel 0, or the middle, where scanners and most toolboxes have it."""

import numpy as np
import pytest
import torch

from workbench.operators import FourierMask, MultiCoilFourier
from workbench.tensors import dot, generator, normal_like


@pytest.mark.parametrize("shape", [(1, 6, 8), (2, 7, 5), (1, 4, 5, 6), (1, 9)])
@pytest.mark.parametrize("kind", [FourierMask, MultiCoilFourier])
def test_a_centred_transform_is_numpys_between_shifts(kind, shape):
    A = kind(shape, keep=0.8, pattern="points", centred=True)
    x, y = (
        normal_like(torch.zeros(2, *s, dtype=torch.complex128), generator(k, 0))
        for k, s in enumerate((shape, A.out_shape))
    )
    axes = tuple(range(1 - len(shape), 0))
    images = x if kind is FourierMask else (A.maps() * x[:, :, None]).flatten(1, 2)
    inside = np.fft.fftn(np.fft.ifftshift(images.numpy(), axes=axes), axes=axes, norm="ortho")
    known = A.mask().numpy() * np.fft.fftshift(inside, axes=axes)
    np.testing.assert_allclose(A(x).numpy(), known, atol=1e-13)
    torch.testing.assert_close(dot(A(x), y), dot(x, A.adjoint(y)))


def test_a_point_in_the_middle_has_flat_phases_there_only():
    point = torch.zeros(1, 1, 8, 8, dtype=torch.complex128)
    point[..., 4, 4] = 1
    flat, turned = (FourierMask((1, 8, 8), 1.0, pattern="points", centred=c)(point) for c in (True, False))
    assert float(flat.imag.abs().max()) < 1e-14 and float(flat.real.min()) > 0 > float(turned.real.min())


def test_what_is_closed_stays_right():
    A = FourierMask((1, 6, 8), 0.6, pattern="points", centred=True)
    b = normal_like(torch.zeros(1, 1, 6, 8, dtype=torch.complex128), generator(0, 0))
    v = A.gram_inverse(b, 0.3)
    torch.testing.assert_close(A.adjoint(A(v)) + 0.3 * v, b)
    modes = A.gram_in("fourier")
    known = torch.fft.ifftn(modes * torch.fft.fftn(b, dim=(-2, -1)), dim=(-2, -1))
    torch.testing.assert_close(A.adjoint(A(b)), known)
