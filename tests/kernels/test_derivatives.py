"""Derivatives of kernels: of linear ones by their adjoints, at full speed; of the others by their references."""

from itertools import product

import pytest
import torch
from torch import Tensor

from tests.kernels.table import KERNELS
from workbench.kernels import fan, radon, scattered, tv, use, wavelet
from workbench.kernels.dispatch import implementation
from workbench.kernels.examples import Draw, Example, Size

LINEAR = {"differences", "divergence", "radon.project", "radon.backproject", "fan.project", "fan.backproject"}
LINEAR |= {"wavelet analysis", "wavelet synthesis"}
LINEAR |= {"interpolation of an image at points", "spreading into the grid of an image"}
# torch.cdist, on which their references rest, has no derivative in forward mode.
BACKWARD_ONLY = {"pairs.log_similarity", "pairs.neighbours"}
SMOOTH = [k for k in KERNELS if k.name not in ("pairs.within",)]
H = 1e-5


def named(kernel: Example) -> str:
    return kernel.name


def first_replaced(arguments: tuple, x: Tensor) -> tuple:
    """The arguments with x in the place of the signal, or of the first of several."""
    first, *rest = arguments
    return ((x, *first[1:]), *rest) if isinstance(first, tuple) else (x, *rest)


def signal_of(arguments: tuple) -> Tensor:
    return arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]


@pytest.mark.parametrize("kernel", SMOOTH, ids=named)
def test_the_derivative_is_that_of_the_fast_kernel(kernel):
    """<w, f'(x) v> by torch against central differences of what serves without a derivative."""
    draw = Draw(Size(2, 5, 4), torch.float64)
    arguments = kernel.arguments(draw)
    x = signal_of(arguments)
    v = torch.randn(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(1))

    def value(at: Tensor) -> Tensor:
        floats = [a for a in kernel(*first_replaced(arguments, at)) if a.is_floating_point()]
        weights = torch.Generator().manual_seed(2)
        return sum(((a * torch.randn(a.shape, dtype=a.dtype, generator=weights)).sum() for a in floats), 0 * x.sum())

    wanted = (value(x + H * v) - value(x - H * v)) / (2 * H)
    followed = x.clone().requires_grad_()
    slope = torch.autograd.grad(value(followed), followed)[0]
    torch.testing.assert_close((slope * v).sum(), wanted, rtol=1e-6, atol=1e-6)
    if kernel.name in BACKWARD_ONLY:
        return
    tangent = torch.func.jvp(value, (x,), (v,))[1]
    torch.testing.assert_close(tangent, wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kernel", [k for k in KERNELS if k.name in LINEAR], ids=named)
def test_linear_kernels_serve_their_own_derivatives(kernel, monkeypatch):
    """Every mode of torch ends in the compiled kernel: with the references taken away nothing is missed."""
    x, *rest = kernel.arguments(Draw(Size(3, 5, 4), torch.float64))
    v = torch.randn(x.shape, dtype=x.dtype, generator=torch.Generator().manual_seed(1))

    def f(z: Tensor) -> Tensor:
        return kernel(z, *rest)[0]

    def energy(z: Tensor) -> Tensor:
        return f(z).square().sum() / 2

    with use("reference"):
        image, gram = f(v), torch.func.hessian(energy)(x[:1].squeeze(0)[None])
    served = []
    for module in (radon, fan, tv, wavelet, scattered):
        spy = lambda name, *a, seen=served: seen.append(found := implementation(name, *a)) or found  # noqa: E731
        monkeypatch.setattr(module, "implementation", spy)
    torch.testing.assert_close(torch.func.jvp(f, (x,), (v,))[1], image)
    torch.testing.assert_close(torch.func.vmap(f)(torch.stack([x, v], 1).movedim(1, 0))[1], image)
    torch.testing.assert_close(torch.func.vmap(f, in_dims=1)(torch.stack([x, v], 1))[1], image)
    torch.testing.assert_close(torch.func.hessian(energy)(x[:1]), gram)
    z = x.clone().requires_grad_()
    assert torch.autograd.gradcheck(f, z) and torch.autograd.gradgradcheck(f, z)
    assert served and all(module.__name__.endswith(".numba") for module in served)


def test_in_the_reference_torch_reads_the_code_itself():
    x = torch.randn(1, 1, 4, 4, dtype=torch.float64, requires_grad=True)
    names = []
    for mode, kernel in product(("auto", "reference"), (tv.gradient,)):
        with use(mode):
            names.append(type(kernel(x).grad_fn).__name__)
    assert names[0] == "_LinearBackward" and names[1] == "StackBackward0"
