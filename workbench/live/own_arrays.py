"""Arrays of the files that a person opened, by name, as arguments of steps and of the parts of an experiment."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench import catalog
from workbench.data import Content, Measured, Source, load_array
from workbench.operators import Scan
from workbench.parameters import Typed, called, parameters
from workbench.paths import Words, own_parameters
from workbench.refusal import Refusal
from workbench.tensors import Tensor

STEPS = "steps"
# What an array may be, as `contents` guesses it, and the argument that takes it.
_TAKES = {
    "angles": "angles",
    "trajectory": "trajectory",
    "coil maps": "coils",
    "where it was measured": "pattern",
    "point spread": "kernel",
    "background": "background",
    "standard deviations": "uncertainty",
    "variances": "uncertainty",
    "weights": "uncertainty",
    "a picture": "moving",
}
FROM_FILES = frozenset(_TAKES.values())


def taking_arrays(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Members of a kind by name, with the arguments of each that an array of a file may be."""
    found = {name: tuple(_arrays(cls)) for name, cls in catalog.members(kind).items()}
    return {name: arguments for name, arguments in found.items() if arguments}


def _arrays(cls: type) -> Sequence[str]:
    scan = issubclass(cls, Scan)
    return [p.name for p in parameters(cls) if p.name in FROM_FILES and (Tensor in p.kinds or scan)]


def guessed(argument: str, found: Sequence[Content], views: int | None = None) -> str:
    """The array of a file that an argument may be; "" where none is, or angles do not count views."""
    fitting = (c for c in found if _TAKES.get(c.guess) == argument)
    return next((slice_of(c) for c in fitting if argument != "angles" or c.shape == (views,)), "")


def slice_of(content: Content) -> str:
    """An array by name, without the axes of one that some formats put in front."""
    spare = next((k for k, n in enumerate(content.shape) if n != 1), 0)
    return content.name + f"[{', '.join('0' * spare)}]" * bool(spare)


def read_arrays(words: Words) -> Words:
    """The same words, once the arrays that they name are read. From any thread."""
    for said in words.values():
        if isinstance(said, Typed):
            said.array  # noqa: B018 - which is kept
    return words


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
