"""The laws that every parametrisation of the catalogue meets by existing."""

import json
import math
import pickle

import pytest
import torch

import workbench
from tests.laws.small import dtypes, name, random
from workbench import catalog, checks
from workbench.checks.report import findings
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.parameters import as_code, describe, parameters, rebuild
from workbench.parametrisations import Direct, Parametrisation
from workbench.priors import OnUnknown, SmoothedTotalVariation, Sum, Tikhonov
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import dot, norm

SHAPES = ((1, 6, 8), (2, 6, 4), (3, 4, 4, 4), (1, 12), (1, 5, 5))


def variants(cls: type) -> list[Parametrisation]:
    """Every shape that the class takes, then each of its words."""
    words = [{p.name: word} for p in parameters(cls) for word in p.choices]
    made = [found for shape in SHAPES for more in ({}, *words) if (found := _attempt(cls, shape, more))]
    assert made, f"{cls.__name__} takes none of {SHAPES}"
    return made


def _attempt(cls: type, shape: tuple[int, ...], more: dict) -> Parametrisation | None:
    numbers = {"rank": 2, "size": 3, "width": 5, "layers": 2, "features": 4, "patch": 2, "atoms": 3, "spacing": 2}
    own = {p.name for p in parameters(cls)}
    try:
        return cls(shape=shape, **{n: v for n, v in numbers.items() if n in own} | more)
    except Refusal:
        return None


MEMBERS = [made for cls in catalog.members("parametrisation").values() for made in variants(cls)]
every = pytest.mark.parametrize("phi", MEMBERS, ids=name)


@every
@pytest.mark.parametrize("law", checks.parametrisations.LAWS, ids=lambda law: law.__name__)
def test_law(phi, law):
    """The laws that `workbench.check` tries on anybody's parametrisation."""
    broken = [str(finding) for finding in findings(law, phi) if not finding.ok]
    assert not broken


@every
def test_the_rest_of_the_jacobian_falls_with_the_square_of_the_way(phi):
    for dtype in dtypes(phi):
        u, v = random((1, *phi.in_shape), dtype, 1), random((1, *phi.in_shape), dtype, 2)
        J, x = phi.at(u), phi(u)
        rest = [float(norm(phi(u + t * v) - x - t * J(v))) for t in (1e-3, 1e-4)]
        if rest[0] > 1e-12 * float(norm(x)):
            assert not phi.linear and abs(math.log10(rest[0] / rest[1]) - 2) <= 0.1


@every
def test_the_adjoint_of_the_jacobian_is_exact(phi):
    for dtype in dtypes(phi):
        u, v = random((2, *phi.in_shape), dtype, 1), random((2, *phi.in_shape), dtype, 2)
        J, w = phi.at(u), random((2, *phi.out_shape), phi(u).dtype, 3)
        size = norm(J(v)) * norm(w)
        assert ((dot(J(v), w) - dot(v, J.adjoint(w))).abs() <= 1e-12 * size).all()


@every
def test_description_code_and_pickle_rebuild_it(phi):
    description = describe(phi)
    again = rebuild(json.loads(json.dumps(description)))
    assert describe(again) == description
    names = {"parametrisations": workbench.parametrisations, "operators": workbench.operators, "torch": torch}
    code = eval(as_code(phi), names)
    u = random((2, *phi.in_shape), dtypes(phi)[0])
    for other in (again, code, pickle.loads(pickle.dumps(phi))):
        assert torch.equal(other(u), phi(u))


@every
def test_gradient_and_hessian_of_the_objective_have_the_bend_of_the_unknown(phi):
    """Against torch through the whole objective: phi' H phi and the curvature of phi, priors on picture and blocks."""
    truth = random((2, *phi.out_shape), torch.float64, 4)
    block = next(iter(phi.layout.shapes))
    smooth = SmoothedTotalVariation(0.3, width=0.5) if len(phi.out_shape) < 4 else Tikhonov(0.3)
    prior = Sum(smooth, Sum(OnUnknown(Tikhonov(0.2)), OnUnknown(Tikhonov(), block)))
    parts = GaussianBlur(phi.out_shape, 0.7), Gaussian(0.5), prior
    problem = Problem.simulate(*parts, truth, parametrisation=phi)
    u, v = random(problem.shape, torch.float64, 5) / 2, random(problem.shape, torch.float64, 6)
    grad = torch.func.grad(lambda u: problem.objective(u).sum())
    found = problem.misfit_grad(u) + problem.prior.grad(u)
    assert (norm(found - grad(u)) <= 1e-10 * norm(found)).all()
    bend = torch.func.jvp(grad, (u,), (v,))[1]
    assert (norm(problem.hessian(u)(v) - bend) <= 1e-9 * norm(bend)).all()
    assert torch.equal(problem.picture(u), phi.picture(u)) and problem.prior.given.first.given is prior.first


@every
def test_refuses_another_shape_of_operator(phi):
    other = (*phi.out_shape[:-1], phi.out_shape[-1] + 1)
    if not isinstance(phi, Direct):
        with pytest.raises(Refusal, match=type(phi).__name__):
            phi.before(GaussianBlur(other))
        with pytest.raises(Refusal, match="a block of"):
            OnUnknown(Tikhonov(), "nothing").placed(phi)
