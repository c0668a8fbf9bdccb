"""The signal of an example problem, by its name."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from torch import Tensor

from workbench.data.example_signals import matrices, pictures, sensors, solids, sounds
from workbench.data.example_signals.made import Made
from workbench.data.signals import Signal
from workbench.noise import Noise
from workbench.operators import Operator
from workbench.priors import Prior
from workbench.problem import Problem

_MAKERS: Mapping[str, Callable[[], Made]] = {
    "matrix_completion": matrices.matrix,
    "gross_errors": matrices.gross_errors,
    "parts": matrices.parts,
    "film_completion": matrices.film,
    "diagonal_network": matrices.spikes,
    "masked_dictionary": matrices.texture,
    "blind_deblurring": sensors.blurred,
    "self_calibration": sensors.gained,
    "joint_sense": sensors.coils,
    "t2_mapping": sensors.echoes,
    "registration": pictures.later_slice,
    "known_displacement": pictures.moved_photograph,
    "deep_image_prior": pictures.photograph,
    "field_network_ct": pictures.phantom,
    "unmixing": pictures.mixtures,
    "string_analysis": sounds.string,
    "string_synthesis": sounds.string,
    "heart_analysis": sounds.heart,
    "heart_synthesis": sounds.heart,
    "matrix_sensing": matrices.sensed,
    "phase_lifting": sounds.lifted,
    "digit_generator": pictures.digit,
    "shared_gradient": pictures.shared,
    "field_network_super_resolution": pictures.photograph,
    "scene_completion": pictures.scene,
    "incompressible_registration": pictures.stirred_photograph,
    "cross_sections": solids.solid,
}

if TYPE_CHECKING:
    Name = str
else:
    Name = Literal[tuple(_MAKERS)]  # the menu, read from the one table


@functools.cache
def _made(name: str) -> Made:
    """Once in a process: no seed is anybody's wish."""
    return _MAKERS[name]()


@dataclass(frozen=True)
class ExampleSignal(Signal):
    """A signal that is made of blocks which are known, so that what is found of each can be compared.

    Always the same numbers. A description, an address and a saved run name the example.
    """

    name: Annotated[Name, "which example"] = "matrix_completion"

    @property
    def example(self) -> str:
        return self.name

    def tensor(self) -> Tensor:
        return _made(self.name).picture

    @property
    def blocks(self) -> Mapping[str, Tensor] | None:
        return _made(self.name).blocks

    def problem(self, operator: Operator, noise: Noise, prior: Prior, given: Tensor, seed: int = 0) -> Problem:
        clean = _made(self.name).clean
        fits = clean is not None and tuple(clean.shape[1:]) == operator.out_shape
        return Problem.simulate(operator, noise, prior, given, seed, clean if fits else None)
