"""Jacobians of forwards that autograd can differentiate in some ways and not in others."""

import pytest
import torch
from torch import Tensor

from workbench.algorithms import GradientDescent, PreconditionedCrankNicolson
from workbench.noise import Gaussian
from workbench.operators import Operator, SignalShape
from workbench.priors import GaussianProcess, Tikhonov
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import run
from workbench.tensors import dot, generator, norm, normal_like

SHAPE = (1, 6, 6)


class Own(Operator):
    def __init__(self, shape: SignalShape = SHAPE) -> None:
        super().__init__(shape, shape)
        self.shape = shape


class Square(torch.autograd.Function):
    """u -> u^2, as such functions were written before torch.func: no jvp, no setup_context."""

    @staticmethod
    def forward(ctx, u: Tensor) -> Tensor:
        ctx.save_for_backward(u)
        return u * u

    @staticmethod
    def backward(ctx, g: Tensor) -> Tensor:
        (u,) = ctx.saved_tensors
        return 2 * u * g


class Warped(Own):
    def forward(self, x: Tensor) -> Tensor:
        turn = torch.tensor([[[0.9, -0.2, 0.0], [0.2, 0.9, 0.1]]], dtype=x.dtype).expand(len(x), -1, -1)
        grid = torch.nn.functional.affine_grid(turn, list(x.shape), align_corners=True)
        return torch.nn.functional.grid_sample(x, grid, align_corners=True) + 0.1 * x**2


class OldStyle(Own):
    def forward(self, x: Tensor) -> Tensor:
        return Square.apply((x + 1).sin())


class Sparse(Own):
    def forward(self, x: Tensor) -> Tensor:
        paths = torch.eye(36, dtype=x.dtype).roll(1, 0).to_sparse()
        return torch.exp(-(paths @ x.flatten(1).mT).mT).reshape(x.shape)


class Distances(Own):
    """torch.cdist has a gradient, and no derivative of it."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cdist(x[:, 0], x[:, 0] + 1)[:, None]


class Simulator(Own):
    def forward(self, x: Tensor) -> Tensor:
        values = x.detach().numpy()
        return torch.from_numpy(values + values**3 / 10).to(x)


def signal(number: int, batch: int = 2) -> Tensor:
    return normal_like(torch.empty(batch, *SHAPE, dtype=torch.float64), generator(0, number))


@pytest.mark.parametrize("cls", [Warped, OldStyle, Sparse])
@pytest.mark.parametrize("adjoint_first", [False, True])
def test_two_backward_passes_give_the_jacobian(cls, adjoint_first):
    operator, x, v, w, h = cls(), signal(0), signal(1), signal(2), 1e-5
    jacobian = operator.at(x)
    if adjoint_first:
        jacobian.adjoint(w)
    slope = (operator(x + h * v) - operator(x - h * v)) / (2 * h)
    assert (norm(jacobian(v) - slope) <= 1e-8 * norm(slope)).all()
    assert torch.allclose(dot(jacobian(v), w), dot(v, jacobian.adjoint(w)), rtol=1e-12)


@pytest.mark.parametrize("cls", [Warped, OldStyle, Sparse])
def test_so_do_the_hessian_and_a_descent(cls):
    operator, x, v, h = cls(), signal(0), signal(1), 1e-5
    problem = Problem(operator, Gaussian(0.5), Tikhonov(1.0), operator(signal(3)))
    slope = (problem.misfit_grad(x + h * v) - problem.misfit_grad(x - h * v)) / (2 * h) + problem.prior.hvp(x, v)
    assert (norm(problem.hessian(x)(v) - slope) <= 1e-7 * norm(slope)).all()
    fall = run(problem, GradientDescent(1e-3), steps=10).objective
    assert (fall[-1] < fall[0]).all()


def test_a_forward_without_a_second_derivative_has_an_adjoint_and_no_product():
    jacobian = Distances().at(signal(0))
    assert jacobian.adjoint(signal(1)).isfinite().all()
    with pytest.raises(Refusal, match=r"Distances that torch can differentiate.*cdist.*`adjoint`"):
        jacobian(signal(1))


def test_a_forward_outside_torch_is_evaluated_and_not_differentiated():
    truth = torch.full((1, *SHAPE), 0.5, dtype=torch.float64)
    problem = Problem.simulate(Simulator(), Gaussian(0.1), GaussianProcess(), truth)
    with pytest.raises(Refusal, match="Simulator"):
        run(problem, GradientDescent(), steps=2)
    chain = run(problem, PreconditionedCrankNicolson(beta=0.1), steps=20)  # which only evaluates
    assert chain.objective.notnull().all() and float(chain.x.std()) > 0
