"""Rules as text."""

from workbench.parameters import as_text, parameters
from workbench.refusal import Refusal
from workbench.stopping.change import Change
from workbench.stopping.discrepancy import Discrepancy
from workbench.stopping.gap import Gap
from workbench.stopping.least_gcv import LeastGCV
from workbench.stopping.least_sure import LeastSURE
from workbench.stopping.residual import Residual
from workbench.stopping.seconds import Seconds
from workbench.stopping.steps import Steps
from workbench.stopping.stop import Stop

_RULES = (Steps, Seconds, Gap, Residual, Change, Discrepancy, LeastSURE, LeastGCV)
_SIMPLE = {rule.__name__.lower(): rule for rule in _RULES}


def parse(text: str) -> Stop:
    """A rule as typed on a command line: "gap=1e-6,seconds=10" for either, "gap=1e-4&change=1e-5" for both."""
    if "," in text:
        first, _, rest = text.partition(",")
        return parse(first) | parse(rest)
    if "&" in text:
        first, _, rest = text.partition("&")
        return parse(first) & parse(rest)
    name, equals, value = (part.strip() for part in text.partition("="))
    if name not in _SIMPLE or not equals:
        known = ", ".join(f"{n}={as_text(parameters(c)[0].default)}" for n, c in _SIMPLE.items())
        raise Refusal("a stopping rule", repr(text), f"join some of these with , for either or & for both: {known}")
    rule = _SIMPLE[name]
    first = parameters(rule)[0]
    return rule(**{first.name: first.parse(value, rule.__name__)})
