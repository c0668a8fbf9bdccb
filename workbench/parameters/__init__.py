"""One signature, every reader: widgets, command line, laws, sweeps, addresses and saved runs.

A public class keeps each argument under its own name and says its bounds, unit and meaning in the annotation:
`width: Annotated[float, Range(0.1, 32, log=True, unit="px"), "standard deviation of the kernel"] = 1.5`.
"""

from workbench.parameters.arrays import Typed, called, is_array, name_of, owned
from workbench.parameters.descriptions import (
    VERSION,
    Description,
    arguments,
    arrays_of,
    as_code,
    changed,
    current,
    describe,
    home,
    rebuild,
    resolve,
    spelled,
    undescribed,
)
from workbench.parameters.signature import Checked, Parameter, owed, parameters
from workbench.parameters.values import as_tex, as_text, told
from workbench.ranges import Range

__all__ = [
    "VERSION",
    "Checked",
    "Description",
    "Parameter",
    "Range",
    "Typed",
    "arguments",
    "arrays_of",
    "as_code",
    "as_tex",
    "as_text",
    "called",
    "changed",
    "current",
    "describe",
    "home",
    "is_array",
    "name_of",
    "owed",
    "owned",
    "parameters",
    "rebuild",
    "resolve",
    "spelled",
    "told",
    "undescribed",
]
