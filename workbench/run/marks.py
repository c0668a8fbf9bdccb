"""What was changed on the way of a run, by hand, as its Dataset has it."""

import json
from typing import TYPE_CHECKING

from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

Marks = tuple[tuple[int, str], ...]  # iterations, and what was changed there
_ATTRIBUTE = "marks"


def marks_of(dataset: "xr.Dataset") -> Marks:
    """The changes in their order, in letters that can be printed; none of a run that nobody touched.

    Refusal where a damaged or foreign file says them in another way.
    """
    told = dataset.attrs.get(_ATTRIBUTE, "[]")
    try:
        return tuple((int(k), _printable(str(text))) for k, text in json.loads(told))
    except (TypeError, ValueError) as error:
        raise Refusal(
            "marks as a list of pairs, iteration and text", str(told), "its arrays can be read with xarray"
        ) from error


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
