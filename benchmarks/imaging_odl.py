"""How ODL is asked to solve the problems of `imaging`: its primal-dual method on our data and our objective."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.imaging_peers import Watch, gain_of, projector, slopes_of
from workbench.problem import Problem

_FOR_EVER = 100_000


def deblur(problem: Problem, setting: float, watch: Watch) -> None:
    """Our transfer function through SciPy's real FFT; `setting` is the dual step over the primal one."""
    _total_variation(problem, (_blur(problem),) * 2, 1.0, _squares(problem, 1.0), setting, watch)


def scan(problem: Problem, setting: float, watch: Watch) -> None:
    norm = problem.norm()
    _total_variation(problem, projector(problem), norm, _squares(problem, norm), setting, watch)


def count(problem: Problem, setting: float, watch: Watch) -> None:
    """Counts: ODL's Kullback-Leibler divergence of A x + background, divided by its curvature at the data."""
    import odl

    def misfit(space: Any) -> tuple[Any, float]:
        scale = float((problem.noise.peak / (problem.y + problem.noise.background)).median())
        y = space.element(problem.y[0, 0].numpy())
        found = odl.functionals.KullbackLeibler(space, prior=y).translated(-problem.noise.background * space.one())
        return (problem.noise.peak / scale) * found, scale

    _total_variation(problem, (_blur(problem),) * 2, 1.0, misfit, setting, watch)


def slopes(problem: Problem, setting: float, watch: Watch) -> None:
    """TGV as the primal-dual pair of u and w."""
    import odl

    there, back, norm = slopes_of(problem)
    sides, prior, sigma = problem.operator.in_shape[1:], problem.prior, problem.noise.sigma
    plane = odl.uniform_discr([0, 0], sides, sides, dtype="float32")
    fields, duals = plane**3, plane**5
    y, weight, step = plane.element(problem.y[0, 0].numpy()), prior.weight * sigma**2, 0.99 / norm

    class Both(odl.functionals.functional.Functional):
        """The norms of the first two and of the last three fields: h* is 0 on their dual balls."""

        def __init__(self) -> None:
            super().__init__(duals)

        def _call(self, x: Any) -> float:
            a = np.stack([part.asarray() for part in x])
            return weight * float(np.hypot(*a[:2]).sum() + prior.ratio * np.sqrt((a[2:] ** 2).sum(0)).sum())

        @property
        def convex_conj(self) -> Any:
            return _Balls(duals, weight, weight * prior.ratio)

    pair = _mapped(lambda x: there(np.stack(x)), lambda p: back(np.stack(p)), fields, duals)
    misfit = odl.functionals.SeparableSum(
        0.5 * odl.functionals.L2NormSquared(plane).translated(y), *[odl.functionals.ZeroFunctional(plane)] * 2
    )
    x = fields.element([y, plane.zero(), plane.zero()])
    odl.solvers.pdhg(
        x, misfit, Both(), pair, _FOR_EVER, tau=step / setting, sigma=step * setting,
        callback=lambda x: watch(x[0].asarray()),
    )  # fmt: skip


class _Balls:
    """The indicator of |p| <= a for the first two fields and of |q| <= b for the others."""

    def __init__(self, space: Any, first: float, second: float) -> None:
        self._space, self._radii = space, (first, second)

    def proximal(self, _: float) -> Callable[..., Any]:
        def project(x: Any, out: Any = None) -> Any:
            a = np.stack([part.asarray() for part in x])
            parts = zip((a[:2], a[2:]), self._radii, strict=True)
            within = [part / np.maximum(1, np.sqrt((part**2).sum(0)) / radius) for part, radius in parts]
            found = self._space.element(list(np.concatenate(within)))
            if out is None:
                return found
            out.assign(found)
            return out

        return project


def _squares(problem: Problem, norm: float) -> Callable[[Any], tuple[Any, float]]:
    """|A x - y|^2 / 2, divided by the norm of A squared."""
    import odl

    def misfit(space: Any) -> tuple[Any, float]:
        y = space.element(problem.y.numpy().reshape(space.shape) / norm)
        return 0.5 * odl.functionals.L2NormSquared(space).translated(y), (norm / problem.noise.sigma) ** 2

    return misfit


def _total_variation(
    problem: Problem, pair: tuple[Callable, Callable], norm: float, misfit: Callable, setting: float, watch: Watch
) -> None:
    """PDHG on the operator above ODL's forward differences, of norms near one."""
    import odl

    sides, out = problem.operator.in_shape[1:], tuple(problem.y.shape[2:])
    space = odl.uniform_discr([0, 0], sides, sides, dtype="float32")
    data = odl.uniform_discr([0, 0], out, out, dtype="float32")
    operator = _mapped(
        lambda x: (pair[0](x) / norm).reshape(out), lambda y: (pair[1](y) / norm).reshape(sides), space, data
    )
    gradient = odl.Gradient(space, method="forward", pad_mode="symmetric")
    of_data, scale = misfit(data)
    variation = (problem.prior.weight / scale) * odl.functionals.GroupL1Norm(gradient.range, 2)
    step = 0.99 / 3  # over sqrt(1 + 8)
    odl.solvers.pdhg(
        space.zero(), odl.functionals.ZeroFunctional(space), odl.functionals.SeparableSum(of_data, variation),
        odl.BroadcastOperator(operator, gradient), _FOR_EVER, tau=step / setting, sigma=step * setting,
        callback=lambda x: watch(x.asarray()),
    )  # fmt: skip


def _mapped(there: Callable, back: Callable, domain: Any, range_: Any) -> Any:
    """A linear operator of ODL from two functions of arrays, or of lists of arrays where a space has parts."""
    import odl

    def numbers(x: Any) -> Any:
        return [part.asarray() for part in x] if isinstance(x.space, odl.ProductSpace) else x.asarray()

    class Mapped(odl.Operator):
        def __init__(self, there: Callable, back: Callable, domain: Any, range_: Any) -> None:
            super().__init__(domain, range_, linear=True)
            self._there, self._back = there, back

        def _call(self, x: Any) -> Any:
            found = self._there(numbers(x))
            return self.range.element(list(found) if isinstance(self.range, odl.ProductSpace) else found)

        @property
        def adjoint(self) -> Any:
            return Mapped(self._back, self._there, self.range, self.domain)

    return Mapped(there, back, domain, range_)


def _blur(problem: Problem) -> Callable[[np.ndarray], np.ndarray]:
    from scipy import fft

    gain, sides = gain_of(problem), problem.operator.in_shape[1:]
    return lambda x: fft.irfft2(gain * fft.rfft2(x.reshape(sides)), sides)
