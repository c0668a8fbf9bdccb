"""Examples of orthogonal rows."""

import torch

from workbench.kernels.examples import Draw, Example
from workbench.kernels.orthogonal import orthogonalise


def _arguments(d: Draw) -> tuple:
    return d.normal(d.size.batch, 3, 40), torch.linalg.qr(d.normal(40, d.size.width)).Q.mT


EXAMPLES = (Example("orthogonalise", _arguments, orthogonalise),)
