"""The inverse workbench: pick an operator, a noise, a prior and an algorithm; watch the reconstruction."""

__version__ = "0.1.0"
