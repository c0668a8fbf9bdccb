"""What the tests of files share: pictures that are formulas, and the way back to a file's units."""

import numpy as np
import pytest

from workbench import data

RAMP = np.add.outer(np.arange(20), 3 * np.arange(24))  # 0 to 88


def in_units(loaded: data.Loaded) -> np.ndarray:
    """The values of a file, (C, *space), as `Loaded` says that they come back."""
    low, high = loaded.limits
    values = low + (high - low) * loaded.tensor[0].double().numpy() if not loaded.tensor.is_complex() else None
    return loaded.tensor[0].numpy() * high if values is None else values


def opened(path, wanted, variable: str | None = None, room: float = 1e-5) -> data.Loaded:
    """The file, whose values have to be those wanted, (C, *space) or (*space)."""
    loaded = data.load_described(path, variable)
    wanted = np.asarray(wanted)
    wanted = wanted if wanted.ndim == loaded.tensor.ndim - 1 else wanted[None]
    wide = wanted.astype(complex if np.iscomplexobj(wanted) else float)
    np.testing.assert_allclose(in_units(loaded), wide, rtol=0, atol=room * max(1.0, np.abs(wide).max()))
    return loaded


@pytest.fixture
def said():
    """All notes of a file as one text."""
    return lambda path, variable=None, **options: "; ".join(data.load_described(path, variable, **options).notes)
