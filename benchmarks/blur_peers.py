"""Blurs by other libraries, each in the way its manual names first, where their packages are installed."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor


class Pair(NamedTuple):
    """A x and A* x of one x, as arrays of the library's own."""

    forward: Callable[[], Any]
    adjoint: Callable[[], Any]


def periodic(kernel: Tensor, image: Tensor) -> dict[str, Pair]:
    """Where the image goes round."""
    found = {"SciPy fftconvolve, wrapped": _wrapped(kernel, image)}
    if find_spec("pylops"):
        found["PyLops FFT2D"] = _pylops_periodic(kernel, image)
    if find_spec("scico"):
        found["SCICO CircularConvolve"] = _scico(kernel, image)
    if find_spec("deepinv"):
        found["DeepInverse BlurFFT"] = _deepinverse(kernel, image)
    return found


def zero(kernel: Tensor, image: Tensor) -> dict[str, Pair]:
    """Where the image is 0 beyond its ends."""
    from scipy.signal import fftconvolve

    point, x = kernel.numpy(), image[0, 0].numpy()
    back = np.ascontiguousarray(point[::-1, ::-1])
    found = {"SciPy fftconvolve": Pair(lambda: fftconvolve(x, point, "same"), lambda: fftconvolve(x, back, "same"))}
    if find_spec("pylops"):
        import pylops

        middle = tuple(side // 2 for side in point.shape)
        operator = pylops.signalprocessing.Convolve2D(x.shape, point, middle, method="fft", dtype=x.dtype)
        found["PyLops Convolve2D"] = Pair(lambda: operator @ x, lambda: operator.H @ x)
    return found


def _wrapped(kernel: Tensor, image: Tensor) -> Pair:
    from scipy.signal import fftconvolve

    point, x = kernel.numpy(), image[0, 0].numpy()
    back, more = np.ascontiguousarray(point[::-1, ::-1]), len(point) // 2

    def by(kernel: np.ndarray) -> Callable[[], np.ndarray]:
        return lambda: fftconvolve(np.pad(x, more, "wrap"), kernel, "valid")

    return Pair(by(point), by(back))


def _pylops_periodic(kernel: Tensor, image: Tensor) -> Pair:
    """F* G F; a kernel with its centre at index 0 has a real G here, and one that keeps the sqrt(2) of their F."""
    import pylops

    x = image[0, 0].numpy()
    fourier = pylops.signalprocessing.FFT2D(x.shape, real=True, engine="scipy", dtype=x.dtype)
    gain = np.fft.rfft2(_centred(kernel, x.shape)).astype(np.complex64)
    operator = fourier.H @ pylops.Diagonal(gain, dtype=gain.dtype) @ fourier
    flat = x.ravel()
    return Pair(lambda: operator.matvec(flat).real, lambda: operator.rmatvec(flat).real)


def _scico(kernel: Tensor, image: Tensor) -> Pair:
    import jax.numpy as jnp
    from scico.linop import CircularConvolve

    x = jnp.asarray(image[0, 0].numpy())
    operator = CircularConvolve(jnp.asarray(_centred(kernel, x.shape)), x.shape)
    return Pair(lambda: operator(x).block_until_ready(), lambda: operator.adj(x).block_until_ready())


def _deepinverse(kernel: Tensor, image: Tensor) -> Pair:
    from benchmarks.peers import deepinverse

    physics = deepinverse().physics.BlurFFT(tuple(image.shape[1:]), kernel[None, None])
    return Pair(lambda: physics.A(image), lambda: physics.A_adjoint(image))


def _centred(kernel: Tensor, shape: tuple[int, ...]) -> np.ndarray:
    """The kernel on the grid of the image, its centre at index 0."""
    padded = np.zeros(shape, np.float32)
    padded[: len(kernel), : len(kernel)] = kernel.numpy()
    return np.roll(padded, (-(len(kernel) // 2),) * 2, (0, 1))
