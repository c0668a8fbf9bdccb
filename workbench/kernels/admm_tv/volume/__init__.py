"""The prior's half of an ADMM step for total variation of volumes, and of grids whose sides differ."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.kernels.admm_tv import VolumeADMMTVBackEnd, reference
    from workbench.kernels.admm_tv.volume import numba

    _backends: tuple[VolumeADMMTVBackEnd, ...] = (reference, numba)
