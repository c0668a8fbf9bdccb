"""How the outer loss bends: where it bends sharply, what was learned may not carry over."""

from torch import Tensor

from workbench.tensors import normal_like, stream
from workbench.tuning.hypergradients.gradients import Hypergradient
from workbench.tuning.hypergradients.held_out import HeldOut

_MOVE = 1e-2  # of theta between two gradients, in its own units, which are logarithms


def outer_curvature(
    held_out: HeldOut, theta: Tensor, hypergradient: Hypergradient, accuracy: float = 1e-5, steps: int = 5
) -> float:
    """The eigenvalue of largest modulus of the outer loss's Hessian in theta, by power iteration.

    A product with the Hessian is a difference of two gradients, each of a solve to `accuracy`. One parameter takes one.
    Zela et al. 2020 take it as a warning in DARTS, arXiv 1909.09656.
    """
    v = normal_like(theta, stream(0, "first direction of the outer curvature", device=theta.device))
    v, curvature, x = v / v.norm(), 0.0, held_out.solved(theta, accuracy).x
    for _ in range(1 if theta.numel() == 1 else steps):
        ends = []
        for side in (1, -1):
            there = theta + side * _MOVE * v
            lower = held_out.solved(there, accuracy, x)
            ends.append(hypergradient.gradient(held_out, there, lower, accuracy).value)
        image = (ends[0] - ends[1]) / (2 * _MOVE)
        curvature = float((v * image).sum())
        if not float(image.norm()):
            break
        v = image / image.norm()
    return curvature
