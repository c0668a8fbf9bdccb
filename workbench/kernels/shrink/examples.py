"""Examples of soft and group thresholds."""

from workbench.kernels.examples import COMPLEX, Example
from workbench.kernels.shrink import group, soft

EXAMPLES = (
    Example("shrink.soft", lambda d: (d.signal(), d.positive(d.size.batch)), soft, COMPLEX),
    Example("shrink.group", lambda d: (d.field(), d.positive(d.size.batch), 2), group, COMPLEX),
)
