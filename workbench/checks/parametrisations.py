"""The laws of parametrisations: those of operators, blocks that fit together, starts from which there is a way."""

from collections.abc import Iterator

import torch

from workbench.checks import operators
from workbench.checks.operators import DOUBLE, away, dtypes, random
from workbench.checks.report import Finding, Law, at_most, holds
from workbench.parametrisations import Parametrisation
from workbench.refusal import Refusal
from workbench.tensors import norm


def blocks(phi: Parametrisation) -> Iterator[Finding]:
    """The blocks of u are u again, and what does not fit is refused."""
    for dtype in dtypes(phi):
        u = random((2, *phi.in_shape), dtype)
        views = phi.views(u)
        yield holds("the blocks joined are u", torch.equal(phi.joined(views), u), "they are another u")
        yield at_most("their picture is that of u", away(phi.made(views), phi(u)), DOUBLE)
        name, view = next(iter(views.items()))
        try:
            phi.joined(views | {name: view[..., :-1]})
            yield holds("a block of another shape is refused", False, "it was taken")
        except Refusal:
            yield holds("a block of another shape is refused", True, "")


def starts(phi: Parametrisation) -> Iterator[Finding]:
    """A start is the same again, an item's own, finite, and has a way on, even from a picture that is 0."""
    for dtype in dtypes(phi) + dtypes(phi, double=False):
        picture = random((2, *phi.out_shape), dtype).abs().to(dtype)
        for name, first in (("a picture", picture), ("0", torch.zeros_like(picture))):
            u, double = phi.starts(first), dtypes(phi)[-1]
            fits = u.shape == (2, *phi.in_shape) and u.dtype == dtype
            yield holds(f"a start from {name} is an unknown", fits, f"got {tuple(u.shape)}, {u.dtype}")
            yield holds("it is the same again", torch.equal(u, phi.starts(first)), "another: draw from `rng`")
            yield at_most("items are independent", away(u[:1].to(double), phi.starts(first[:1]).to(double)), DOUBLE)
            back = norm(phi.at(u).adjoint(random((2, *phi.out_shape), dtype, 1)))
            yield holds(f"the Jacobian is not 0 there, from {name}", bool((back > 0).all()), "it is: a saddle")


def balance(phi: Parametrisation) -> Iterator[Finding]:
    """Balanced blocks make the same picture."""
    for dtype in dtypes(phi):
        u = random((2, *phi.in_shape), dtype)
        yield at_most("balanced blocks make the same picture", away(phi(phi.balanced(u)), phi(u)), 10 * DOUBLE)


def linearity_in_blocks(phi: Parametrisation) -> Iterator[Finding]:
    """Of a `multilinear` one: the picture is linear in each block, the others held."""
    for dtype in dtypes(phi) if phi.multilinear else []:
        views, other = phi.views(random((2, *phi.in_shape), dtype)), phi.views(random((2, *phi.in_shape), dtype, 2))
        for name in views:
            both = phi.made(views | {name: views[name] - 2 * other[name]})
            apart = phi.made(views) - 2 * phi.made(views | {name: other[name]})
            yield at_most(f"the picture is linear in {name}", away(both, apart), DOUBLE)


LAWS: tuple[Law, ...] = (*operators.LAWS, blocks, starts, balance, linearity_in_blocks)
