"""Examples of what methods with momentum do."""

from workbench.kernels.examples import COMPLEX, Example
from workbench.kernels.momentum import ahead, uphill

EXAMPLES = (
    Example("momentum.ahead", lambda d: (d.signal(), d.signal(), d.positive(d.size.batch)), ahead, COMPLEX),
    Example("momentum.uphill", lambda d: (d.signal(), d.signal(), d.signal()), uphill, COMPLEX),
)
