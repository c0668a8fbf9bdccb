"""An operator behind a parametrisation: what makes the data of an unknown."""

from typing import TYPE_CHECKING

from torch import Tensor

from workbench.operators import Field, LinearOperator, Operator
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.parametrisations.base import Parametrisation


class UnknownOperator(Operator):
    """u -> A(phi(u)), with the Jacobian J_A J_phi, each exact."""

    def __init__(self, operator: Operator, parametrisation: Operator) -> None:
        super().__init__(parametrisation.in_shape, operator.out_shape)
        self.operator, self.parametrisation = operator, parametrisation
        self.field = operator.field & parametrisation.field
        if not self.field:
            came = f"{type(parametrisation).__name__}, which makes {_word(parametrisation)} ones"
            remedy = "take LowRank or Direct for complex pictures, or another operator"
            raise Refusal(f"{_word(operator)} pictures for {type(operator).__name__}", came, remedy)

    def forward(self, x: Tensor) -> Tensor:
        return self.operator(self.parametrisation(x))

    def at(self, x: Tensor) -> LinearOperator:
        outer = (
            self.operator if isinstance(self.operator, LinearOperator) else self.operator.at(self.parametrisation(x))
        )
        return outer @ self.parametrisation.at(x)


class LinearUnknownOperator(LinearOperator, UnknownOperator):
    """The same where both are linear."""

    def adjoint(self, y: Tensor) -> Tensor:
        operator, phi = self.operator, self.parametrisation
        assert isinstance(operator, LinearOperator) and isinstance(phi, LinearOperator)
        return phi.adjoint(operator.adjoint(y))


def through(operator: Operator, parametrisation: "Parametrisation") -> UnknownOperator:
    """The operator behind the parametrisation."""
    linear = operator.linear and parametrisation.linear
    return (LinearUnknownOperator if linear else UnknownOperator)(operator, parametrisation)


def bare(operator: Operator) -> Operator:
    """The operator that takes pictures, without the parametrisation that it may stand behind."""
    return operator.operator if isinstance(operator, UnknownOperator) else operator


def _word(operator: Operator) -> str:
    return "complex" if operator.field == Field.COMPLEX else "real"
