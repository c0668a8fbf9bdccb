"""What is in a file: every array with shape, type and unit, and a guess of what it is."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.data.field import StoredArray
from workbench.data.files import opened
from workbench.data.selection import chosen
from workbench.refusal import Refusal
from workbench.tensors import shown

_WORDS = {
    "background": "backgrounds? bkg bgr scatter randoms",
    "standard deviations": "sigmas? std stds stdev stddev uncertainty uncertainties standard_deviations?",
    "variances": "variances? var",
    "weights": "weights? weight_map ivar inverse_variances?",
    "angles": "angles? theta rotation tilts? views?",
    "dark field": "dark darks offset_field",
    "flat field": "flat flats white whites bright open_beam",
    "point spread": "psf kernel otf point_spread",
    "pictures of coils": "coil_images?",
    "coil maps": "coils? csm sens sensitivities sensitivity maps smaps",
    "trajectory": "traj trajectory trajectories",
    "noise scan": "noise",
    "calibration lines": "calibration acs",
    "navigators": "navigators?",
    "where it was measured": "mask sampled sampling",
    "wavelengths": "wavelengths?",
    "k-space": "k_?space ksp kdata readouts",
    "projections": "projections? sinograms? sino tomo tilt_series",
}
_SPACED = re.compile(r"[^a-zA-Z0-9]+|(?<=[a-z])(?=[A-Z])")
_DEGREES = ("deg", "degree", "degrees", "rad", "radian", "radians")


@dataclass(frozen=True)
class Content:
    """One array of a file; `guess` is what it may be, "" where nothing tells."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    units: str = ""
    axes: tuple[str, ...] = ()
    guess: str = ""


def contents(path: str | Path) -> tuple[str, tuple[Content, ...]]:
    """The format of a file and its arrays, by headers alone. Refusal as for `load_array`.

    Guesses are made from names, units, and the numbers of entries: data with as many entries along an axis as there
    are angles are projections. They change nothing of what is read.
    """
    kind, fields = opened(path)
    guesses = {name: _by_name(name, field) for name, field in fields.items()}
    counts = {math.prod(fields[name].shape) for name, guess in guesses.items() if guess == "angles"}
    for name, field in fields.items():
        if guesses[name] in ("", "projections"):
            guesses[name] = _by_angles(field, counts) or guesses[name] or _by_type(field)
    return kind, tuple(
        Content(name, field.shape, str(field.dtype), field.units, field.axes, guesses[name])
        for name, field in fields.items()
    )


def beside(path: str | Path, variable: str) -> tuple[str, ...]:
    """All slices along the axis of which `variable` names one: of "density[:, 3]" "density[:, 0]", "density[:, 1]", ...

    By headers alone; Refusal unless the variable names one place of one axis.
    """
    found = chosen(opened(path)[1], variable, Path(path).name)
    axes = [axis for axis, place in enumerate(found.index) if isinstance(place, int)]
    if len(axes) != 1:
        came = f"{variable!r} of shape {shown(found.field.shape)}"
        raise Refusal("one slice of an array, such as data[:, 0]", came, "name one of the slices, the others follow")
    axis = axes[0]
    places = ((*found.index[:axis], place, *found.index[axis + 1 :]) for place in range(found.field.shape[axis]))
    return tuple(replace(found, index=index).text for index in places)


def _by_name(name: str, field: StoredArray) -> str:
    """By the words of the last part of the name, and by the unit."""
    words = _SPACED.sub("_", name.rpartition("/")[2]).lower()
    if len(field.shape) == 1 and field.units.lower() in _DEGREES:
        return "angles"
    for guess, known in _WORDS.items():
        if any(re.search(rf"(^|_){word}(_|$)", words) for word in known.split()):
            return guess if guess != "angles" or len(field.shape) == 1 else ""
    return ""


def _by_angles(field: StoredArray, counts: Sequence[int] | set[int]) -> str:
    along = [k for k, n in enumerate(field.shape) if n in counts]
    if len(field.shape) not in (2, 3) or not along or math.prod(field.shape[:1]) == 1:
        return ""
    return f"projections, axis {along[0]} is that of the angles"


def _by_type(field: StoredArray) -> str:
    if field.dtype.kind == "c" and len(field.shape) > 1:
        return "k-space or a complex picture"
    return {2: "a picture", 3: "a stack or a volume"}.get(len(field.shape), "")


def tree(found: Sequence[Content]) -> list[tuple[str, Content | None]]:
    """Lines of a tree: indented names, groups without and arrays with their content, in the order of the file."""
    lines: list[tuple[str, Content | None]] = []
    seen: set[tuple[str, ...]] = set()
    for content in found:
        *groups, name = content.name.split("/")
        for k in range(1, len(groups) + 1):
            if tuple(groups[:k]) not in seen:
                seen.add(tuple(groups[:k]))
                lines.append((f"{'  ' * (k - 1)}{groups[k - 1]}/", None))
        lines.append((f"{'  ' * len(groups)}{name or '(the only array)'}", content))
    return lines


def as_json(found: Sequence[Content]) -> list[Mapping[str, object]]:
    """The arrays as plain JSON."""
    return [{**vars(content), "shape": list(content.shape), "axes": list(content.axes)} for content in found]
