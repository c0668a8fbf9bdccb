"""The laws that every operator of the catalogue meets by existing."""

import json
import pickle
import typing

import pytest
import torch
from torch import Tensor

import workbench
from tests.laws.small import INNER, dtypes, matrix, members, name, random
from workbench import catalog, checks, operators
from workbench.checks.report import findings
from workbench.linalg import operator_norm
from workbench.noise import Gaussian
from workbench.operators import Basis, Field, LinearOperator, Operator
from workbench.operators.cosine import cosine_sum, cosines
from workbench.parameters import as_code, describe, rebuild
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import dot, norm, norm2


class Bent(Operator):
    """A(x) = u + |u|^2 u / 4 with u = B x: smooth, nonlinear, real or complex."""

    def __init__(self, inner: LinearOperator = INNER) -> None:
        super().__init__(inner.in_shape, inner.out_shape)
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        u = self.inner(x)
        return u + u.conj() * u * u / 4


ALL = [*members(), Bent()]
LINEAR = [operator for operator in ALL if isinstance(operator, LinearOperator)]
BENT = [operator for operator in ALL if not operator.linear]
every = pytest.mark.parametrize("operator", ALL, ids=name)
every_linear = pytest.mark.parametrize("operator", LINEAR, ids=name)


def pair(operator: Operator, dtype: torch.dtype, batch: int = 2) -> tuple[Tensor, Tensor]:
    """An unknown and data at random."""
    x = random((batch, *operator.in_shape), dtype)
    return x, random((batch, *operator.out_shape), operator(x).dtype, seed=1)


def close(a: Tensor, b: Tensor, tolerance: float = 1e-12) -> bool:
    return bool((norm(a - b) <= tolerance * (norm(a) + norm(b)) + 1e-300).all())


@every
@pytest.mark.parametrize("law", checks.operators.LAWS, ids=lambda law: law.__name__)
def test_law(operator, law):
    """The laws that `workbench.check` tries on anybody's operator."""
    broken = [str(finding) for finding in findings(law, operator) if not finding.ok]
    assert not broken


@pytest.mark.parametrize("cls", catalog.members("operator").values(), ids=lambda cls: cls.__name__)
def test_is_built_without_arguments_and_documented(cls):
    assert isinstance(cls(), Operator)
    assert (cls.__doc__ or "").strip()


@pytest.mark.parametrize("operator", members(), ids=name)
def test_description_and_code_rebuild_it(operator):
    description = describe(operator)
    again = rebuild(json.loads(json.dumps(description)))
    assert describe(again) == description
    assert describe(eval(as_code(operator), {"operators": workbench.operators})) == description
    x, _ = pair(operator, dtypes(operator)[0])
    assert torch.equal(again(x), operator(x))


@pytest.mark.parametrize("operator", members(), ids=name)
def test_survives_pickling(operator):
    x, _ = pair(operator, dtypes(operator)[0])
    assert torch.equal(pickle.loads(pickle.dumps(operator))(x), operator(x))


@every_linear
def test_the_norm_is_found_on_the_safe_side(operator):
    largest = float(torch.linalg.matrix_norm(matrix(operator), 2))
    assert largest * (1 - 1e-10) <= operator_norm(operator, torch.zeros((), dtype=torch.float64)) <= 1.03 * largest


@every_linear
def test_the_modes_of_a_basis_are_eigenvectors(operator):
    x = random((2, *operator.in_shape), torch.complex128 if Field.COMPLEX in operator.field else torch.float64)
    axes = tuple(range(2, x.ndim))
    transforms = {
        "pixels": (lambda v: v, lambda v: v),
        "fourier": (lambda v: torch.fft.fftn(v, dim=axes), lambda v: torch.fft.ifftn(v, dim=axes)),
        "cosine": (lambda v: cosines(v, axes), lambda v: cosine_sum(v, axes)),
    }
    for basis in typing.get_args(Basis):
        values = operator.gram_in(basis)
        if values is not None:
            assert values.shape == operator.in_shape and values.dtype == torch.float64
            there, back = transforms[basis]
            assert close(back(values * there(x)), operator.gram(x) + 0 * x, 1e-10)


@every_linear
def test_algebra_is_that_of_matrices(operator):
    A = matrix(operator)
    assert torch.allclose(matrix(operator.H), A.mH, atol=1e-13)
    assert torch.allclose(matrix(operator.H.H), A, atol=1e-13)
    assert torch.allclose(matrix(operator.gram), A.mH @ A, atol=1e-13 * float(A.norm()) ** 2)
    assert torch.allclose(matrix(operator + 2.5 * operator), 3.5 * A, atol=1e-13)


@every
def test_gradient_of_the_misfit(operator):
    for dtype in dtypes(operator):
        x, y = pair(operator, dtype)
        problem = Problem(operator, Gaussian(0.5), Zero(), y)
        found = problem.misfit_grad(x)
        followed = x.clone().requires_grad_()
        problem.misfit(followed).sum().backward()
        assert followed.grad is not None
        assert close(found, followed.grad)
        v, t = random(x.shape, dtype, seed=3), 1e-4
        slope = (problem.misfit(x + t * v) - problem.misfit(x - t * v)) / (2 * t)
        assert torch.allclose(slope, dot(found, v), rtol=1e-6, atol=1e-6)


@every_linear
def test_no_entry_is_negative_where_it_says_so(operator):
    if operator.nonnegative:
        entries = matrix(operator).real
        assert float(entries.min()) >= -1e-12 * float(entries.abs().max())


@every_linear
@pytest.mark.parametrize("count", [1, 3])
def test_blocks_are_the_rows_each_once_with_their_data(operator, count):
    for dtype in dtypes(operator):
        x, y = pair(operator, dtype)
        blocks = operator.blocks(count)
        assert 1 <= len(blocks) <= count
        for block in blocks:
            assert close(block.operator(x), block.part(operator(x)))
            assert block.part(y).shape[1:] == block.operator.out_shape
        together = torch.stack([block.operator.adjoint(block.part(y)) for block in blocks])
        assert close(together.sum(0), operator.adjoint(y))


@every_linear
def test_autograd_sees_the_operator_and_its_adjoint(operator):
    for dtype in dtypes(operator):
        (x, w), v = pair(operator, dtype), random((2, *operator.in_shape), dtype, 4)
        x.requires_grad_(), w.requires_grad_()
        (pulled,) = torch.autograd.grad(dot(operator(x), w).sum(), x, create_graph=True)
        assert close(pulled, operator.adjoint(w))
        (pushed,) = torch.autograd.grad(dot(pulled, v).sum(), w)
        assert close(pushed, operator(v))
        assert close(torch.func.jvp(operator, (x.detach(),), (v,))[1], operator(v))
        assert close(torch.func.jvp(operator.adjoint, (w.detach(),), (w.detach(),))[1], operator.adjoint(w))
        hessian = torch.func.jvp(torch.func.grad(lambda u: norm2(operator(u)).sum() / 2), (x.detach(),), (v,))[1]
        assert close(hessian, operator.adjoint(operator(v)))


@pytest.mark.parametrize("operator", BENT, ids=name)
def test_hessian_of_the_misfit_through_a_nonlinear_operator(operator):
    for dtype in dtypes(operator):
        x, y = pair(operator, dtype)
        problem, v, t = Problem(operator, Gaussian(), Zero(), y), random(x.shape, dtype, 5), 1e-5
        wanted = (problem.misfit_grad(x + t * v) - problem.misfit_grad(x - t * v)) / (2 * t)
        assert close(problem.hessian(x)(v), wanted, 1e-7)


@every
def test_refuses_what_it_cannot_take(operator):
    side = (*operator.in_shape[:-1], operator.in_shape[-1] + 1)
    with pytest.raises(Refusal) as refusal:
        operator(random((2, *side), dtypes(operator)[0]))
    assert type(operator).__name__ in refusal.value.wanted
    assert " x ".join(map(str, side)) in refusal.value.came
    assert refusal.value.remedy
    with pytest.raises(Refusal, match="floating-point"):
        operator(torch.zeros((1, *operator.in_shape), dtype=torch.int64))
    wrong = {Field.REAL: torch.complex128, Field.COMPLEX: torch.float64}.get(operator.field)
    if wrong:
        with pytest.raises(Refusal, match=type(operator).__name__):
            operator(torch.zeros((1, *operator.in_shape), dtype=wrong))


def test_algebra_of_different_operators():
    A, B = operators.Downsample((2, 6, 8)), INNER
    assert torch.allclose(matrix(A @ B), matrix(A) @ matrix(B), atol=1e-14)
    assert torch.allclose(matrix((A @ B).H), (matrix(A) @ matrix(B)).T, atol=1e-14)
    assert torch.allclose(matrix(B + B.H), matrix(B) + matrix(B).T, atol=1e-14)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: operators.Identity((1, 4, 4)) @ operators.Identity((1, 4, 5)), "1 x 4 x 5"),
        (lambda: operators.Identity((1, 4, 4)) + operators.Identity((1, 4, 5)), "1 x 4 x 5"),
        (lambda: operators.Identity((0, 4)), "0 x 4"),
        (lambda: operators.Map(((1, 4),), torch.sin, torch.cos), "two shapes"),
    ],
)
def test_algebra_refuses_what_does_not_fit(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()


def test_the_field_goes_through_the_algebra():
    F = operators.FourierMask((1, 4, 4))
    for made in (F.H, F.gram, 2.0 * F, F + F, F.at(random((1, 1, 4, 4), torch.complex128))):
        assert made.field == Field.COMPLEX
