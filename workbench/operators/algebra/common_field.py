"""The numbers that two operators share."""

from workbench.operators.base import LinearOperator
from workbench.operators.field import Field
from workbench.refusal import Refusal


def common_field(first: LinearOperator, second: LinearOperator) -> Field:
    """The numbers that both take."""
    common = first.field & second.field
    if not common:
        raise Refusal("two operators for the same numbers", "a real and a complex one", "make both real or complex")
    return common
