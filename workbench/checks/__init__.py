"""The laws that every member of the catalogue has to meet, as a function: `workbench.check(obj)`.

>>> import workbench
>>> from workbench.operators import Mask
>>> workbench.check(Mask((1, 16, 16))).ok
True
"""

from typing import Any

from workbench.algorithms import Algorithm
from workbench.checks import algorithms, noises, operators, parametrisations, priors, signatures
from workbench.checks.report import Finding, Law, Report, findings
from workbench.noise import Noise
from workbench.operators import Operator
from workbench.parameters import Checked, spelled, told
from workbench.parametrisations import Parametrisation
from workbench.priors import Prior
from workbench.refusal import Refusal, short

LAWS: dict[type, tuple[Law, ...]] = {
    Parametrisation: parametrisations.LAWS,  # before operators, of which it is one
    Operator: operators.LAWS,
    Prior: priors.LAWS,
    Noise: noises.LAWS,
    Algorithm: algorithms.LAWS,
}
_LONGEST = 120


def check(subject: Any) -> Report:
    """Try all laws on an operator, prior, noise, algorithm or parametrisation, or on the default object of a class.

    An operator is tried in its own shape: a small one, (1, 16, 16) say, is checked at once and against its matrix.
    `print` the report for a line a law; `report.ok` is whether all hold.
    """
    obj = subject() if isinstance(subject, Checked) else subject
    laws = next((laws for kind, laws in LAWS.items() if isinstance(obj, kind)), None)
    if laws is None:
        raise Refusal("an operator, a prior, a noise or an algorithm", told(subject), "give one, or its class")
    found = [finding for law in (*signatures.LAWS, *laws) for finding in findings(law, obj)]
    return Report(short(spelled(obj), _LONGEST), tuple(found))


__all__ = ["LAWS", "Finding", "Law", "Report", "check"]
