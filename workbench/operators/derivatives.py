"""Products with the Jacobian of a function of x, for any forward that autograd can differentiate.

Forward mode (`torch.func.jvp`) where every operation of the forward has a rule for it; else two backward passes, since
w -> J* w is linear and J v is its own derivative along v. What has neither is refused.
"""

from collections.abc import Callable
from weakref import WeakSet

import torch
from torch import Tensor, nn

from workbench import memory
from workbench.refusal import Refusal

Function = Callable[[Tensor], Tensor]

_BACKWARD_ONLY: WeakSet[nn.Module] = WeakSet()  # operators found to have no forward mode
_REMEDY = (
    "keep every operation in torch on tensors that follow from x, write a class with `adjoint` (LinearOperator) or "
    "override `at`, or take a method that only evaluates it, such as PreconditionedCrankNicolson"
)


def push(function: Function, x: Tensor, v: Tensor, owner: nn.Module) -> Tensor:
    """J v, J the Jacobian of `function` at x. `owner` is the operator whose forward decides how.

    One x stands for as many as there are v.
    """
    x = _each(x, len(v))
    if owner not in _BACKWARD_ONLY:
        try:
            return torch.func.jvp(function, (x,), (v,))[1]
        except RuntimeError as error:  # NotImplementedError, for an operation without a rule, is one
            _note(owner, error)
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        y = function(x)
        w = torch.zeros_like(y, requires_grad=True)
        back = _gradient(y, x, w, owner, create=True)
        return _gradient(back, w, v, owner)


def pull(function: Function, x: Tensor, w: Tensor, owner: nn.Module) -> Tensor:
    """J* w for the real inner product; one x stands for as many as there are w, and one w for all x."""
    x = _each(x, len(w))
    if owner not in _BACKWARD_ONLY:
        try:
            y, back = torch.func.vjp(function, x)[:2]
            return back(_each(w, len(y)).to(y.dtype))[0]
        except RuntimeError as error:
            _note(owner, error)
    followed = torch.is_grad_enabled() and (x.requires_grad or w.requires_grad)
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_()
        y = function(x)
        return _gradient(y, x, _each(w, len(y)).to(y.dtype), owner, create=followed)


def _each(x: Tensor, count: int) -> Tensor:
    """One item, so many times; else x itself."""
    return x.expand(count, *x.shape[1:]) if len(x) == 1 < count else x


def _note(owner: nn.Module, error: RuntimeError) -> None:
    if memory.exhausted(error):
        raise error
    _BACKWARD_ONLY.add(owner)


def _gradient(y: Tensor, x: Tensor, w: Tensor, owner: nn.Module, create: bool = False) -> Tensor:
    name = type(owner).__name__
    if not y.requires_grad:
        raise Refusal(f"a forward of {name} that torch can differentiate", "one that leaves torch", _REMEDY)
    try:
        (found,) = torch.autograd.grad(y, x, w, create_graph=create, materialize_grads=True)
    except RuntimeError as error:
        raise Refusal(f"a forward of {name} that torch can differentiate", str(error), _REMEDY) from error
    return found
