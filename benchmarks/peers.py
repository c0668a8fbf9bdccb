"""The libraries beside which ours is timed, each behind a plain function; peers.txt makes their environment."""

import sys
import types
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

Found = tuple[np.ndarray, int]

PROJECTORS = ("line", "strip", "linear", "distance_driven")  # ASTRA's on the CPU; "linear" has our weights


class _Stub(types.ModuleType):
    """Any attribute asked for is an empty class."""

    __path__: Sequence[str] = []

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


class _NoTorchvision(MetaPathFinder, Loader):
    """Torchvision as empty shells: no CPU build fits torch 2.13 here, and deepinv asks for it on import.

    What is timed never calls it.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] == "torchvision" else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _Stub(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def without_torchvision() -> None:
    """From here on an import of torchvision finds empty shells."""
    if not any(isinstance(finder, _NoTorchvision) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NoTorchvision())


def deepinverse() -> Any:
    """The package, imported without torchvision."""
    without_torchvision()
    import deepinv

    return deepinv


class Astra:
    """One of ASTRA's CPU projectors of an image with unit pixels and bins; its algorithms are made beforehand.

    `forward` and `adjoint` write into arrays that ASTRA was handed without a copy: no time goes into copying.
    """

    def __init__(self, kind: str, image: Tensor, degrees: Tensor, bins: int) -> None:
        import astra

        side = image.shape[-1]
        volume = astra.create_vol_geom(side, side)
        geometry = astra.create_proj_geom("parallel", 1.0, bins, np.deg2rad(degrees.numpy()))
        projector = astra.create_projector(kind, geometry, volume)
        self.image = image.reshape(side, side).numpy().copy()
        self.sinogram = np.zeros((len(degrees), bins), np.float32)
        self.back = np.zeros((side, side), np.float32)
        data = astra.data2d.link("-sino", geometry, self.sinogram)
        self._run = astra.algorithm.run
        self._forward = _algorithm(
            astra, "FP", projector, data, VolumeDataId=astra.data2d.link("-vol", volume, self.image)
        )
        self._adjoint = _algorithm(
            astra, "BP", projector, data, ReconstructionDataId=astra.data2d.link("-vol", volume, self.back)
        )

    def forward(self) -> None:
        self._run(self._forward)

    def adjoint(self) -> None:
        self._run(self._adjoint)


def _algorithm(astra: types.ModuleType, kind: str, projector: int, data: int, **signals: int) -> int:
    settings = astra.astra_dict(kind)
    settings |= {"ProjectorId": projector, "ProjectionDataId": data} | signals
    return astra.algorithm.create(settings)


def tomography(side: int, degrees: Tensor, exact: bool) -> object:
    """DeepInverse's parallel beam: with its exact adjoint (by backpropagation, its default) or the inexact one."""
    return deepinverse().physics.Tomography(
        degrees, side, circle=False, normalize=False, adjoint_via_backprop=exact, device="cpu"
    )


def total_variation(image: Tensor, t: float, iterations: int) -> Callable[[], Tensor]:
    """DeepInverse's prox of t TV, so many iterations from a cold start."""
    denoiser = deepinverse().models.TVDenoiser(n_it_max=iterations, crit=0.0)

    def prox() -> Tensor:
        denoiser.restart = True
        return denoiser(image, ths=t)

    return prox


def chambolle(image: Tensor, t: float, iterations: int) -> Callable[[], np.ndarray]:
    """scikit-image's prox of t TV, so many iterations."""
    from skimage.restoration import denoise_tv_chambolle

    plane = image.reshape(image.shape[-2:]).numpy()
    return lambda: denoise_tv_chambolle(plane, weight=t, eps=0.0, max_num_iter=iterations)


class _Image(nn.Module):
    """A signal as the parameters of a model, which libraries for networks ask for: they see an objective of it."""

    def __init__(self, x: Tensor) -> None:
        super().__init__()
        self.x = nn.Parameter(x.clone())

    def forward(self, one: Tensor) -> Tensor:
        return one * self.x


class _Criterion(nn.Module):
    """An objective as the loss of one example."""

    reduction = "sum"

    def __init__(self, objective: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.objective = objective

    def forward(self, x: Tensor, _: Tensor) -> Tensor:
        return self.objective(x)


def curvlinops_top(objective: Callable[[Tensor], Tensor], x: Tensor, k: int, tolerance: float) -> Found:
    """The k largest eigenvalues by SciPy's eigsh on curvlinops' Hessian, and the products it took."""
    from curvlinops import HessianLinearOperator
    from scipy.sparse.linalg import LinearOperator, eigsh

    model, one = _Image(x), torch.ones(1)
    data = [(one, one)]
    found = HessianLinearOperator(model, _Criterion(objective), [model.x], data, check_deterministic=False)
    count = 0

    def apply(v: np.ndarray) -> np.ndarray:
        nonlocal count
        count += 1
        return (found @ torch.from_numpy(v.astype(np.float32)).reshape(-1)).numpy()

    matrix = LinearOperator((x.numel(), x.numel()), matvec=apply, dtype=np.float32)
    return eigsh(matrix, k, which="LA", tol=tolerance, return_eigenvectors=False), count


def pyhessian_top(objective: Callable[[Tensor], Tensor], x: Tensor, k: int) -> Found:
    """The k largest eigenvalues by PyHessian's power iteration with deflation, at its defaults, and its products."""
    module = import_module("pyhessian.hessian")  # its package shadows it by the class of that name
    count, product = 0, module.hessian_vector_product

    def counted(*args: object) -> object:
        nonlocal count
        count += 1
        return product(*args)

    module.hessian_vector_product = counted
    try:
        values, _ = _pyhessian(objective, x).eigenvalues(top_n=k)
    finally:
        module.hessian_vector_product = product
    return np.array(values), count


def pyhessian_density(objective: Callable[[Tensor], Tensor], x: Tensor, steps: int, probes: int) -> str:
    """Whether PyHessian's density runs here, and if not what it says."""
    try:
        _pyhessian(objective, x).density(iter=steps, n_v=probes)
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"
    return "ran"


def _pyhessian(objective: Callable[[Tensor], Tensor], x: Tensor) -> Any:
    import pyhessian

    one = torch.ones(1)
    return pyhessian.hessian(_Image(x), lambda u, _: objective(u), data=(one, one), cuda=False)
