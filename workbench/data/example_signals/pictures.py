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
from workbench.operators.separable import along_axes
from workbench.parameters import called
from workbench.parametrisations import IncompressibleWarp, Mixture, Warp
from workbench.parametrisations.fields.interpolation import interpolation
from workbench.tensors import stream

SIDE = 64
MOVED = 1.5  # px, deviation of a control point
STIRRED = 20.0  # px^2, deviation of a control point of a stream function
DIGIT, DIGIT_SIDE = 7, 32  # of those held out
SHARED = 16
COMPLETED, _CORNER = 32, 40
BANDS, MATERIALS, SCENE = 200, (2, 8, 14, 16), 32  # corn, hay, woods, towers: labels of the map of the scene


def moved_photograph() -> Made:
    """The photographer, moved by a smooth field that is known."""
    phi = known_warp()
    u = torch.randn((1, *phi.layout.shapes["displacement"]), generator=stream(0, "displacement"), dtype=torch.float64)
    return made_by(phi, {"displacement": MOVED * u})


def known_warp() -> Warp:
    """The photographer before a field of control points 16 px apart moves it."""
    return Warp((1, SIDE, SIDE), 16.0, called(truth("camera", SIDE)[0], "camera"))


def stirred_photograph() -> Made:
    """The photographer, stirred by a flow that is known and keeps areas."""
    phi = known_flow()
    u = torch.randn((1, *phi.layout.shapes["stream"]), generator=stream(0, "stream function"), dtype=torch.float64)
    return made_by(phi, {"stream": STIRRED * u})


def known_flow() -> IncompressibleWarp:
    """The photographer before a flow of control points 16 px apart stirs it."""
    return IncompressibleWarp((1, SIDE, SIDE), 16.0, called(truth("camera", SIDE)[0], "camera"))


def digit() -> Made:
    """A handwritten digit that the generator did not learn from, 32 px by straight lines."""
    from workbench.networks import DigitExamples

    kept = DigitExamples().split()[1].inputs[DIGIT : DIGIT + 1]
    up = interpolation(kept.shape[-1], DIGIT_SIDE)
    return Made(along_axes(kept, (None, up, up)))


def scene() -> Made:
    """A corner of the Indian Pines scene in all its bands, the brightest value 1; from tensorly."""
    whole = indian_pines()[..., _CORNER : _CORNER + COMPLETED, _CORNER : _CORNER + COMPLETED]
    return Made((whole / whole.max())[None])


def shared() -> Made:
    """The photographer, 16 px: small enough for a small network."""
    return Made(truth("camera", SHARED))


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
    labels = torch.from_numpy(np.load(_folder() / "Indian_pines_gt.npy", allow_pickle=False))
    means = torch.stack([indian_pines()[:, labels == number].mean(1) for number in MATERIALS])
    return means / means.max()


@functools.cache
def indian_pines() -> Tensor:
    """The scene as the instrument counted it, (200, 145, 145); from tensorly."""
    counts = np.load(_folder() / "Indian_pines_corrected.npy", allow_pickle=False)
    return torch.from_numpy(counts.astype(np.float64)).movedim(-1, 0)


def _folder() -> Path:
    return example_info("unmixing").folder() / "datasets/data"
