"""The lessons that ship, in the order in which they are taught."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from workbench.lessons.lesson import Lesson
from workbench.lessons.reading import parsed, read
from workbench.refusal import one_of

FOLDER = Path(__file__).parent / "shipped"
ORDER = (
    "ill_posedness",
    "semi_convergence",
    "three_priors",
    "kinks",
    "step_and_momentum",
    "spectra_and_convergence",
    "certificates",
    "second_order",
    "poisson_and_outliers",
    "few_views",
    "mri_incoherence",
    "choosing_the_weight",
    "priors_from_data",
    "diffusion_and_exact",
    "plane_of_a_reconstruction",
    "information_plane",
    "edge_of_stability",
)


def names() -> tuple[str, ...]:
    """The lessons that ship."""
    return ORDER


@cache
def find(name: str) -> Lesson:
    """A lesson that ships; Refusal with the nearest name."""
    return parsed(FOLDER / f"{one_of('a lesson', name, ORDER)}.yaml")


def every() -> Iterator[Lesson]:
    """All of them."""
    return map(find, ORDER)


def opened(name: str) -> Lesson:
    """A lesson by name, or that of a file of one's own, which ends in .yaml or .yml."""
    return read(name) if name.endswith((".yaml", ".yml")) else find(name)
