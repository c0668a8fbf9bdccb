"""Three ways to differentiate a minimiser in the parameters of its problem."""

from workbench.tuning.hypergradients.gradients.hypergradient import Hypergradient
from workbench.tuning.hypergradients.gradients.implicit_cg import ImplicitCG
from workbench.tuning.hypergradients.gradients.implicit_neumann import ImplicitNeumann
from workbench.tuning.hypergradients.gradients.unrolled_steps import UnrolledSteps

__all__ = ["Hypergradient", "ImplicitCG", "ImplicitNeumann", "UnrolledSteps"]
