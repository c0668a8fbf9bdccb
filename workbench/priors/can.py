"""What a prior can do."""

from enum import Flag, auto


class Can(Flag):
    """What a prior can do. PROX implies SPLIT, with the identity as its linear map, and DENOISE, by the prox itself.

    PROJECTION: the prox is the nearest point of a set, of all signals for no prior at all, whatever the step.
    SCORE: the denoiser is the mean of what x may have been, so that it knows the score of x; a prox seldom is.
    QUADRATIC: the Hessian is the same everywhere; the least value may be at another signal than 0.
    SAMPLE: exp(-g) is a probability density that can be drawn from.
    """

    VALUE = auto()
    GRAD = auto()
    HVP = auto()
    PROX = auto()
    SPLIT = auto()
    DENOISE = auto()
    SCORE = auto()
    RESTORE = auto()
    CONVEX = auto()
    QUADRATIC = auto()
    CONJUGATE = auto()
    PROJECTION = auto()
    SAMPLE = auto()


# What every quadratic form with a closed prox can do.
CLOSED_QUADRATIC = Can.VALUE | Can.GRAD | Can.HVP | Can.PROX | Can.SPLIT | Can.DENOISE
CLOSED_QUADRATIC |= Can.CONVEX | Can.QUADRATIC | Can.CONJUGATE

NEEDS_IN_WORDS = {
    Can.VALUE: "a value",
    Can.GRAD: "a gradient",
    Can.HVP: "a Hessian",
    Can.PROX: "a prox",
    Can.SPLIT: "a prox after a linear map",
    Can.DENOISE: "a denoiser",
    Can.SCORE: "a denoiser that is a posterior mean, which gives a score",
    Can.RESTORE: "a restoration network",
    Can.CONVEX: "convexity",
    Can.QUADRATIC: "a quadratic form",
    Can.CONJUGATE: "a convex conjugate",
    Can.PROJECTION: "a prox that is a projection",
    Can.SAMPLE: "samples",
}
