"""How often an operator is applied: the cost of a method that no other work on the machine changes."""

import functools
import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from torch import Tensor, nn

from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.operators.base import Operator

_HERE = threading.local()


class Calls:
    """`total`, the applications of some operators in this thread, while `with calls:` is open.

    One is A x, A* y, or a product with the Jacobian or its adjoint, for all items of a batch; a block of the rows of a
    scan counts as its part. What an operator calls inside itself is not counted, nor are inverses in closed form.
    """

    def __init__(self, *operators: "Operator") -> None:
        self.total = 0.0
        self._shares: WeakKeyDictionary[nn.Module, float] = WeakKeyDictionary()
        self._inside = False
        self.watch(*operators)

    def watch(self, *operators: "Operator") -> None:
        """Count these, too."""
        for operator in operators:
            self._shares[operator] = 1.0

    def __enter__(self) -> "Calls":
        _HERE.calls = self
        return self

    def __exit__(self, *error: object) -> None:
        _HERE.calls = None

    def through(self, operator: nn.Module, apply: Callable[[], Any]) -> Any:
        """What `apply` returns, counted where the operator is one of those."""
        share = None if self._inside else self._shares.get(operator)
        if share is None:
            return apply()
        self._inside = True
        try:
            return apply()
        finally:
            self._inside = False
            self.total += share

    def derived(self, operator: nn.Module, made: nn.Module, part: float) -> None:
        """Another operator that stands for such a part of one of those."""
        if operator in self._shares and made is not operator:
            self._shares[made] = part * self._shares[operator]


def counting() -> Calls | None:
    """The count that is open in this thread."""
    return getattr(_HERE, "calls", None)


def counted(method: Callable[..., Any]) -> Callable[..., Any]:
    """An adjoint that is counted."""

    @functools.wraps(method)
    def adjoint(self: nn.Module, *given: Any, **named: Any) -> Any:
        return applied(self, "adjoint", given[:1], lambda: method(self, *given, **named))

    return adjoint


def applied(operator: nn.Module, name: str, given: tuple[Any, ...], apply: Callable[[], Any]) -> Any:
    """What `apply` returns, counted; Refusal where it wrote into the tensor that it was given, which is another's."""
    calls = counting()
    looked = [(x, x._version) for x in given if isinstance(x, Tensor) and not x.is_inference()]
    made = apply() if calls is None else calls.through(operator, apply)
    if any(x._version != before for x, before in looked):
        came = f"{type(operator).__name__}, whose {name} writes into it"
        raise Refusal("an operator that leaves its signal as it is", came, "write 0.5 * x, say, and not x.mul_(0.5)")
    return made


def deriving(method: Callable[..., Any]) -> Callable[..., Any]:
    """A Jacobian, or blocks of rows, that count for the operator that made them."""

    @functools.wraps(method)
    def making(self: Any, *given: Any, **named: Any) -> Any:
        made = method(self, *given, **named)
        calls = counting()
        if calls is not None:
            for each in made if isinstance(made, tuple) else ():
                if getattr(each.operator, "operator", None) is self:  # it applies all of A, which counts by itself
                    continue
                calls.derived(self, each.operator, math.prod(each.operator.out_shape) / math.prod(self.out_shape))
            if isinstance(made, nn.Module):
                calls.derived(self, made, 1.0)
        return made

    return making


COUNTED: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "adjoint": counted,
    "at": deriving,
    "blocks": deriving,
}
