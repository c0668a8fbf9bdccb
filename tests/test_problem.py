"""The objective and its derivatives, real and complex, linear and not."""

import math
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import Tensor

from workbench import devices, noise, operators, priors
from workbench.algorithms import CGLS, PDHG, ConjugateGradient, GradientDescent
from workbench.algorithms.choice import suited
from workbench.analysis import standard
from workbench.data import Measured, steps
from workbench.operators import Field, LinearOperator, Operator
from workbench.parameters import as_code
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate, run
from workbench.tensors import dot, generator, norm, normal_like

SHAPE = (1, 6, 5)


class Bent(Operator):
    """A(x) = x + x^2 / 2 + the product of neighbours: holomorphic, not linear."""

    field = Field.REAL | Field.COMPLEX

    def __init__(self, shape: tuple[int, ...] = SHAPE) -> None:
        super().__init__(shape, shape)
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x + x * x / 2 + x * x.roll(1, -1)


class BentSpectrum(Bent):
    """The same for complex unknowns."""

    field = Field.COMPLEX


def truth(batch: int = 2) -> Tensor:
    return torch.rand(batch, *SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64) + 0.2


def made(operator: Operator, noise_: noise.Noise) -> Problem:
    return Problem.simulate(operator, noise_, priors.Tikhonov(3.0), truth())


PROBLEMS = [
    made(operators.GaussianBlur(SHAPE), noise.Gaussian()),
    made(operators.Radon(SHAPE, 5), noise.Poisson()),
    made(operators.FourierMask(SHAPE), noise.Gaussian()),
    made(Bent(), noise.Gaussian(0.1)),
    made(Bent(), noise.Poisson()),
    made(BentSpectrum(), noise.Gaussian(0.1)),
]
each = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: f"{type(p.operator).__name__}-{as_code(p.noise)}")


def near(problem: Problem, seed: int = 0) -> Tensor:
    assert problem.truth is not None
    return problem.truth + 0.05 * normal_like(problem.truth, generator(1, seed))


def direction(problem: Problem, seed: int) -> Tensor:
    return normal_like(problem.zeros(), generator(2, seed))


@each
def test_the_gradient_of_the_misfit_is_that_of_autograd(problem: Problem) -> None:
    x = near(problem).requires_grad_()
    problem.misfit(x).sum().backward()
    torch.testing.assert_close(problem.misfit_grad(x.detach()), x.grad, rtol=1e-11, atol=1e-9)


@each
def test_hessians_are_symmetric(problem: Problem) -> None:
    x, v, w = near(problem), direction(problem, 0), direction(problem, 1)
    for hessian in (problem.hessian(x), problem.gauss_newton(x)):
        there, back = dot(hessian(v), w), dot(v, hessian(w))
        assert bool(((there - back).abs() <= 1e-12 * norm(hessian(v)) * norm(w)).all())
        torch.testing.assert_close(hessian.adjoint(v), hessian(v))


@each
def test_the_hessian_is_the_slope_of_the_gradient(problem: Problem) -> None:
    x, v = near(problem), direction(problem, 2)

    def slope(t: float) -> Tensor:
        return problem.misfit_grad(x + t * v) + problem.prior.grad(x + t * v)

    exact = problem.hessian(x)(v)
    errors = [norm((slope(t) - slope(-t)) / (2 * t) - exact).max() / norm(exact).max() for t in (1e-3, 1e-4)]
    assert errors[0] < 1e-4 and (errors[1] < 1e-8 or abs(math.log10(errors[0] / errors[1]) - 2) < 0.1)


@each
def test_gauss_newton_is_the_hessian_where_the_operator_is_linear_or_the_data_exact(problem: Problem) -> None:
    x, v = near(problem), direction(problem, 3)
    if problem.operator.linear:
        assert torch.equal(problem.gauss_newton(x)(v), problem.hessian(x)(v))
    elif isinstance(problem.noise, noise.Gaussian):
        exact = Problem(problem.operator, problem.noise, problem.prior, problem.operator(x))
        torch.testing.assert_close(exact.gauss_newton(x)(v), exact.hessian(x)(v), rtol=1e-10, atol=1e-9)
        assert bool((dot(problem.gauss_newton(x)(v), v) > 0).all())


@each
def test_the_lipschitz_constant_bounds_the_curvature_of_a_linear_problem(problem: Problem) -> None:
    if not problem.operator.linear:
        assert bool((torch.as_tensor(problem.norm()) > 0).all())
        return
    for seed in range(3):
        x, z = near(problem, seed), near(problem, seed + 9)
        apart = norm(problem.misfit_grad(x) - problem.misfit_grad(z))
        assert bool((apart <= problem.lipschitz() * norm(x - z) * (1 + 1e-9)).all())


@each
def test_the_objective_is_the_sum_item_by_item(problem: Problem) -> None:
    x = near(problem)
    assert problem.objective(x).shape == (2,) and not problem.objective(x).is_complex()
    assert torch.equal(problem.objective(x), problem.misfit(x) + problem.prior(x))
    one = Problem(problem.operator, problem.noise, problem.prior, problem.y[1:])
    torch.testing.assert_close(one.objective(x[1:]), problem.objective(x)[1:])


@each
def test_the_start_explains_the_data_better_than_nothing(problem: Problem) -> None:
    start = problem.start()
    assert start.dtype == problem.dtype and tuple(start.shape) == problem.shape
    if isinstance(problem.noise, noise.Gaussian) and problem.operator.linear:
        assert bool((problem.misfit(start) < problem.misfit(problem.zeros())).all())
        for scale in (0.9, 1.1):  # of all multiples of the back-projection it is the best
            assert bool((problem.misfit(scale * start) >= problem.misfit(start)).all())


def test_data_of_zeros_start_from_zero() -> None:
    blank = Problem(operators.GaussianBlur(SHAPE), noise.Gaussian(), priors.Zero(), torch.zeros(1, *SHAPE))
    assert torch.equal(blank.start(), blank.zeros())


@each
def test_simulated_data_repeat_by_their_seed(problem: Problem) -> None:
    again = Problem.simulate(problem.operator, problem.noise, problem.prior, truth())
    other = Problem.simulate(problem.operator, problem.noise, problem.prior, truth(), seed=1)
    assert torch.equal(again.y, problem.y) and not torch.equal(other.y, problem.y)


@pytest.mark.parametrize("operator", [operators.StructuredSensing(SHAPE), operators.GraphIncidence(SHAPE)], ids=as_code)
def test_what_is_moved_is_a_copy(operator: Operator) -> None:
    """Torch moves a module itself: then an experiment on one device would spoil that on another."""
    elsewhere = devices.moved(operator, "meta")
    for one, device in ((elsewhere, "meta"), (operator, "cpu")):
        assert {b.device.type for b in one.buffers()} == {device}
    assert devices.moved(operator, "cpu") is operator


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_problem_moves_with_its_parts(device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no GPU here")
    problem = made(operators.Radon(SHAPE, 5), noise.Gaussian())
    moved = problem.to(device)
    assert moved.truth is not None and {moved.y.device.type, moved.truth.device.type} == {device}
    x = near(problem)
    torch.testing.assert_close(moved.misfit_grad(x.to(device)).cpu(), problem.misfit_grad(x))
    assert moved.zeros().device.type == moved.start().device.type == device


def test_real_truths_become_complex_where_the_operator_is() -> None:
    problem = PROBLEMS[2]
    assert problem.truth is not None and problem.truth.is_complex() and problem.dtype == torch.complex128
    assert PROBLEMS[0].dtype == torch.float64


def test_refusals_say_what_was_wanted() -> None:
    blur = operators.GaussianBlur(SHAPE)
    with pytest.raises(Refusal, match="data of shape B x 1 x 6 x 5 for GaussianBlur, got 2 x 1 x 5 x 6"):
        Problem(blur, noise.Gaussian(), priors.Zero(), torch.zeros(2, 1, 5, 6))
    infinite = torch.zeros(1, *SHAPE).masked_fill(torch.arange(30).reshape(SHAPE) < 2, math.inf)
    with pytest.raises(Refusal, match="finite values in the data, got 2 NaN or infinite"):
        Problem(blur, noise.Gaussian(), priors.Zero(), infinite)
    with pytest.raises(Refusal, match="explains counts >= 0"):
        Problem(blur, noise.Poisson(), priors.Zero(), -torch.ones(1, *SHAPE))
    with pytest.raises(Refusal, match="this unknown is complex"):
        Problem.simulate(operators.FourierMask(SHAPE), noise.Gaussian(), priors.NonNegative(), truth())
    with pytest.raises(Refusal, match="a batch of 1 x 6 x 5 for GaussianBlur"):
        Problem(blur, noise.Gaussian(), priors.Zero(), torch.zeros(1, *SHAPE), torch.zeros(1, 1, 4, 4))
    with pytest.raises(Refusal, match="finite values in the signal"):
        Problem.simulate(blur, noise.Gaussian(), priors.Zero(), torch.full((1, *SHAPE), math.nan))


Y = np.linspace(0, 1, 64).reshape(1, 1, 8, 8)
OLD = np.dtype([("real", "f8"), ("imag", "f8")])
OLD_ROWS = np.zeros((3, 3), OLD)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (np.ma.masked_array(Y, mask=Y > 0.9), "masked"),
        (Y.astype(object), "object"),
        (Y.astype(str), "type <U"),
        (np.zeros((1, 1, 8, 8), OLD), "real"),
        (Y.astype("datetime64[s]"), "datetime64"),
        (torch.from_numpy(Y).to_sparse(), "dense"),
        (np.empty((0, 1, 8, 8)), "batch of none"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_data_that_are_no_table_of_numbers_are_refused(values: object, word: str) -> None:
    with pytest.raises(Refusal, match=word) as caught:
        Problem(operators.Identity((1, 8, 8)), noise.Gaussian(), priors.Tikhonov(), values)
    assert len(str(caught.value)) <= 400


GIVEN = {
    "data": lambda array: Measured(array).loaded().tensor,
    "a kernel": lambda array: operators.ConvolutionPSF((1, 8, 8), array).kernel,
    "a dark frame": lambda array: steps.DarkField(array, single=True).dark,
}


@pytest.mark.parametrize("give", GIVEN.values(), ids=GIVEN)
def test_arrays_of_parts_are_held_to_the_same(give) -> None:
    """What lies under a mask is no value, in a kernel or a dark frame as little as in data."""
    whole = np.arange(1, 10).reshape(3, 3)
    for bad, word in ((np.ma.masked_equal(whole, 3), "masked"), (whole.astype("G"), "complex256"), (OLD_ROWS, "real")):
        with pytest.raises(Refusal, match=word) as caught:
            give(bad)
        assert len(str(caught.value)) <= 400
    for kind in "QqLl":  # two of which are another name of the others
        assert give(whole.astype(kind)).tolist() == whole.tolist()
    assert give(np.ma.masked_equal(whole, 77)).tolist() == give(whole[::-1])[[2, 1, 0]].tolist() == whole.tolist()


def test_a_masked_array_without_gaps_and_data_that_ask_for_gradients_are_taken() -> None:
    one = Problem(operators.Identity((1, 8, 8)), noise.Gaussian(), priors.Tikhonov(), np.ma.masked_array(Y))
    asking = torch.from_numpy(Y).clone().requires_grad_()
    other = Problem(operators.Identity((1, 8, 8)), noise.Gaussian(), priors.Tikhonov(), asking, asking)
    assert torch.equal(one.y, other.y) and not other.y.requires_grad
    found = run(other, GradientDescent(), *standard(other), steps=3)
    assert found.sizes["k"] == 4 and asking.requires_grad


def test_a_complex_start_of_a_real_unknown_is_refused() -> None:
    problem = Problem(operators.Identity((1, 8, 8)), noise.Gaussian(), priors.Tikhonov(), torch.from_numpy(Y))
    with pytest.raises(Refusal, match="a real first iterate"):
        iterate(problem, GradientDescent(), problem.zeros() + 1j)


class HalfSeen(LinearOperator):
    """A part of the frequencies of a real picture, by a class of somebody's own."""

    field = Field.REAL

    def __init__(self, shape: tuple[int, ...] = SHAPE) -> None:
        super().__init__(shape, shape)
        self.shape = shape
        self.pattern = torch.arange(math.prod(shape)).reshape(shape) % 3 != 1

    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.fft2(x, norm="ortho") * self.pattern

    def adjoint(self, y: Tensor) -> Tensor:
        return torch.fft.ifft2(y * self.pattern, norm="ortho").real


class HalfSeenOfAny(HalfSeen):
    field = Field.REAL | Field.COMPLEX

    def adjoint(self, y: Tensor) -> Tensor:
        return torch.fft.ifft2(y * self.pattern, norm="ortho")


class HalfSeenComplexBack(HalfSeenOfAny):
    field = Field.REAL


def test_complex_data_of_a_real_unknown_are_explained_by_a_real_one() -> None:
    """Beside least squares of the real and the imaginary part; the class says which numbers it takes."""
    truth = torch.rand(2, *SHAPE, dtype=torch.float64)
    found = {}
    for cls in (HalfSeen, HalfSeenOfAny):
        p = Problem.simulate(cls(), noise.Gaussian(0.1), priors.Tikhonov(2.0), truth)
        with pytest.warns(UserWarning, match="looks for a real one") if cls is HalfSeenOfAny else nullcontext():
            found[cls] = torch.from_numpy(run(p, ConjugateGradient(), steps=60).x.values)
    n = truth[0].numel()
    A = p.operator(torch.eye(n, dtype=torch.float64).reshape(n, *SHAPE)).flatten(1).T
    M, y = torch.cat([A.real, A.imag]), torch.cat([p.y.real.flatten(1), p.y.imag.flatten(1)], 1).T
    wanted = torch.linalg.solve(M.T @ M / 0.01 + 2 * torch.eye(n), M.T @ y / 0.01).T.reshape(2, *SHAPE)
    torch.testing.assert_close(found[HalfSeen], wanted, rtol=0, atol=1e-10)
    assert found[HalfSeenOfAny].is_complex()
    assert norm(found[HalfSeen] - truth).sum() < norm(found[HalfSeenOfAny] - truth).sum()
    Problem.simulate(HalfSeen(), noise.Gaussian(0.1), priors.NonNegative(), truth)


def test_an_adjoint_that_makes_a_real_unknown_complex_is_refused_each_time() -> None:
    p = Problem.simulate(HalfSeenComplexBack(), noise.Gaussian(0.1), priors.Tikhonov(2.0), torch.rand(1, *SHAPE))
    for _ in range(2):
        with pytest.raises(Refusal, match="let its adjoint give the real part"):
            iterate(p, GradientDescent())


def test_no_method_that_asks_no_data_is_chosen_or_advised() -> None:
    p = Problem(Bent(), noise.Laplace(0.1), priors.Tikhonov(), torch.rand(1, *SHAPE))
    with pytest.raises(Refusal, match="some algorithm can solve"):
        suited(p)
    assert "UnconditionalDiffusion" not in PDHG().unmet(p)


def test_a_problem_keeps_its_data_when_the_buffer_they_came_in_is_filled_anew():
    buffer, truth = np.full((1, 1, 4, 4), 0.5), torch.full((1, 1, 4, 4), 0.25, dtype=torch.float64)
    problem = Problem(operators.Identity((1, 4, 4)), noise.Gaussian(), priors.Zero(), buffer, truth)
    buffer[:], truth[:] = 9, 9
    assert bool((problem.y == 0.5).all()) and bool((problem.truth == 0.25).all())
    assert problem.to("cpu").y is problem.y, "it is copied once"


@pytest.mark.parametrize(
    ("dtype", "small"), [(torch.float32, 1e-25), (torch.complex64, 1e-25), (torch.float64, 1e-170)]
)
def test_data_whose_squares_their_precision_does_not_hold_are_refused(dtype, small):
    """CGLS, LSQR, MINRES and LBFGS answered 0 to them, without a word: the squares of such data are 0."""
    for size in (small, 1 / small):
        y = torch.ones(2, 1, 4, 4, dtype=dtype)
        y[1] *= size
        with pytest.raises(Refusal, match="whose squares"):
            Problem(operators.Identity((1, 4, 4)), noise.Gaussian(), priors.Zero(), y)
    y[1] = 0
    dark = Problem(operators.Identity((1, 4, 4)), noise.Gaussian(), priors.Zero(), y * 1e-12)
    found = run(dark, CGLS(), steps=3).x
    assert np.allclose(found, dark.y, rtol=1e-6, atol=0)
