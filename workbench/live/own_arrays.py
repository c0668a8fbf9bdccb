"""Arrays of the file that a person opened, by name: dark and flat fields of a scan, as arguments of its steps."""

from typing import Any

from workbench.data import Measured, Source, load_array
from workbench.parameters import called
from workbench.paths import own_parameters
from workbench.refusal import Refusal
from workbench.tensors import Tensor

STEPS = "steps"


def of_same_file(source: Source, path: str, said: Any) -> Any:
    """What was typed for an argument of a step: an array of the file that the data come from, where it names one.

    `path` begins at the source: "steps.1.flat". An array is named as the data are, "exchange/data_white[:, 3]", with or
    without the name of the file before "::"; no other file is opened. Anything else stays as it is.
    """
    if not (isinstance(said, str) and isinstance(source, Measured)) or (path_of := source.path) is None:
        return said
    _, place, name = (*path.split("."), "", "")[:3]
    if not (place.isdecimal() and 1 <= int(place) <= len(source.steps)):
        return said
    parameter = own_parameters(type(source.steps[int(place) - 1])).get(name)
    if parameter is None or Tensor not in parameter.kinds or _number(said):
        return said
    file = source.name.partition("::")[0]
    named, mark, variable = said.partition("::")
    if mark and named.strip() != file:
        raise Refusal(
            f"an array of {file}", f"one of {named.strip()}", "put it into the same file, or run it in Python"
        )
    variable = (variable if mark else said).strip()
    return called(load_array(path_of, variable).tensor, f"{file}::{variable}")


def _number(said: str) -> bool:
    try:
        float(said)
    except ValueError:
        return False
    return True
