"""Call every kernel once, so that nobody waits for it to be loaded, or compiled, in the middle of a run."""

import torch

from workbench.kernels.admm_tv import examples as admm_tv
from workbench.kernels.counts import examples as counts
from workbench.kernels.examples import Draw, Example, Size
from workbench.kernels.fan import examples as fan
from workbench.kernels.momentum import examples as momentum
from workbench.kernels.non_negative import examples as non_negative
from workbench.kernels.orthogonal import examples as orthogonal
from workbench.kernels.pairs import examples as pairs
from workbench.kernels.pdhg_tv import examples as pdhg_tv
from workbench.kernels.radon import examples as radon
from workbench.kernels.scattered import examples as scattered
from workbench.kernels.shrink import examples as shrink
from workbench.kernels.sparse_codes import examples as sparse_codes
from workbench.kernels.tgv import examples as tgv
from workbench.kernels.tv import examples as tv
from workbench.kernels.wavelet import examples as wavelet

SIZE = Size(1, 4, 4)
EXAMPLES: tuple[Example, ...] = (
    *tv.EXAMPLES,
    *pdhg_tv.EXAMPLES,
    *admm_tv.EXAMPLES,
    *tgv.EXAMPLES,
    *radon.EXAMPLES,
    *fan.EXAMPLES,
    *shrink.EXAMPLES,
    *momentum.EXAMPLES,
    *pairs.EXAMPLES,
    *orthogonal.EXAMPLES,
    *wavelet.EXAMPLES,
    *counts.EXAMPLES,
    *scattered.EXAMPLES,
    *non_negative.EXAMPLES,
    *sparse_codes.EXAMPLES,
)


def warm_up(device: torch.device | str = "cpu", dtypes: tuple[torch.dtype, ...] = (torch.float32,)) -> None:
    """Every kernel on a tiny signal of each dtype, real or complex, on a device."""
    with torch.no_grad():
        for dtype in dtypes:
            for example in EXAMPLES:
                if dtype in example.dtypes:
                    example(*example.arguments(Draw(SIZE, dtype, device)))
