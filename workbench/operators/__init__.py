"""Forward operators: y = A(x)."""

from workbench.operators.algebra import Adjoint, Composition, Identity, Jacobian, Map, Scaled, Sum
from workbench.operators.base import Field, LinearOperator, Operator, SignalShape, differentiable

__all__ = [
    "Adjoint",
    "Composition",
    "Field",
    "Identity",
    "Jacobian",
    "LinearOperator",
    "Map",
    "Operator",
    "Scaled",
    "SignalShape",
    "Sum",
    "differentiable",
]
