"""What the likelihood of a noise can do."""

from enum import Flag, auto


class Likelihood(Flag):
    """What the negative log-likelihood of a noise can do."""

    GRAD = auto()
    LIPSCHITZ = auto()
    PROX = auto()
    CONVEX = auto()
    QUADRATIC = auto()
    COMPLEX = auto()
    CONJUGATE = auto()
    LEVEL = auto()
