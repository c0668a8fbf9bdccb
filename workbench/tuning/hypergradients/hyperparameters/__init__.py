"""What is learned: parameters of a problem as a vector, and the problem that they make."""

from workbench.tuning.hypergradients.hyperparameters.expert_filters import ExpertFilters
from workbench.tuning.hypergradients.hyperparameters.hyperparameter import Hyperparameter
from workbench.tuning.hypergradients.hyperparameters.log_weight import LogWeight
from workbench.tuning.hypergradients.hyperparameters.step_length import StepLength
from workbench.tuning.hypergradients.hyperparameters.weight_map import WeightMap

__all__ = ["ExpertFilters", "Hyperparameter", "LogWeight", "StepLength", "WeightMap"]
