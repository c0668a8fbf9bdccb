"""Pictures whose unknown is a field, a network, a warp or a mixture."""

import functools
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from workbench.data.example_signals.infos import example_info
from workbench.data.example_signals.made import Made, made_by
from workbench.data.field import need
from workbench.data.files import load_described
from workbench.data.resampling import to_square
from workbench.data.shipped import truth
from workbench.parametrisations import Mixture
from workbench.tensors import stream

SIDE = 64
BANDS, MATERIALS, SCENE = 200, (2, 8, 14, 16), 32  # corn, hay, woods, towers: labels of the map of the scene


def photograph() -> Made:
    """The photographer."""
    return Made(truth("camera", SIDE))


def phantom() -> Made:
    """The phantom."""
    return Made(truth("shepp_logan", SIDE))


def later_slice() -> Made:
    """A head, one slice higher than the one that is moved onto it."""
    return Made(head(_FIXED))


_MOVING, _FIXED = 12, 14


def moving_slice() -> Tensor:
    """The head that is moved, (1, SIDE, SIDE)."""
    return head(_MOVING)[0]


def head(number: int) -> Tensor:
    """A slice of nibabel's series, as bright as it is, in [0, 1]: (1, 1, SIDE, SIDE)."""
    path = Path(need("nibabel").__file__).parent / "tests/data/example4d.nii.gz"
    return to_square(load_described(path, f"[0, {number}]").tensor, SIDE).clamp(0, 1)


def mixtures() -> Made:
    """Shares that vary smoothly of four materials, with the mean spectra that an airborne instrument saw of them."""
    spectra = material_spectra()
    phi = Mixture((BANDS, SCENE, SCENE), len(MATERIALS))
    at = torch.arange(SCENE, dtype=torch.float64) / SCENE
    logits = torch.zeros(len(MATERIALS), SCENE, SCENE, dtype=torch.float64)
    for number in range(len(MATERIALS)):
        draw = torch.rand(4, generator=stream(0, "shares", number), dtype=torch.float64)
        waves = torch.sin(6.3 * (draw[0] + 1.5 * at))[:, None] + torch.sin(6.3 * (draw[1] + 1.5 * at))[None]
        logits[number] = 4 * waves
    return made_by(phi, {"endmembers": spectra.mT[None], "logits": logits[None]})


@functools.cache
def material_spectra() -> Tensor:
    """Mean spectra of four materials of the Indian Pines scene, (4, 200), the brightest band 1; from tensorly."""
    folder = example_info("unmixing").folder() / "datasets/data"
    scene = np.load(folder / "Indian_pines_corrected.npy", allow_pickle=False).astype(np.float64)
    labels = np.load(folder / "Indian_pines_gt.npy", allow_pickle=False)
    means = np.stack([scene[labels == number].mean(0) for number in MATERIALS])
    return torch.from_numpy(means / means.max())
