"""The prior's half of a primal-dual step for total variation of volumes, and of grids whose sides differ."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.kernels.pdhg_tv import VolumePDHGTVBackEnd, reference
    from workbench.kernels.pdhg_tv.volume import numba

    _backends: tuple[VolumePDHGTVBackEnd, ...] = (reference, numba)
