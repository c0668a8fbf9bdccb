"""What chains tell of a posterior, as pictures."""

import holoviews as hv
import torch
from torch import Tensor

from workbench.analysis.chains import ChainSamples
from workbench.figures.shown import picture_of, spread
from workbench.plots.style import signal
from workbench.refusal import Refusal
from workbench.run import signal_dims


def posterior(samples: ChainSamples | Tensor, units: str = "") -> hv.Layout:
    """Mean, standard deviation and width of the 90 % interval of every pixel.

    `samples` are chains as `analysis.chains.sampled` tells of them, or draws (n, C, *space); `units` those of x.
    """
    found = _of_draws(samples) if isinstance(samples, Tensor) else _of_chains(samples)
    drawn = []
    for (name, values), colours in zip(found.items(), ("gray", "viridis", "viridis"), strict=True):
        axes = signal_dims("x", values[None])[2:]
        shown = picture_of(values[None].cpu().numpy())
        low, high = spread(shown)
        limits = (low, high) if name == "mean" else (0.0, high)
        drawn.append(signal(shown, axes, hv.Dimension(name, unit=units or None), title=name, cmap=colours, clim=limits))
    return hv.Layout(drawn).cols(3)


def _of_chains(samples: ChainSamples) -> dict[str, Tensor]:
    if samples.moments is None or not samples.intervals:
        raise Refusal("chains with draws", f"{samples.k} iterations and no draw", "let them go on past the warm-up")
    moments, most = samples.moments, samples.intervals[-1]
    return {"mean": moments.mean, "deviation": moments.variance.sqrt(), f"{most.share:.0%} interval": most.width}


def _of_draws(draws: Tensor) -> dict[str, Tensor]:
    if draws.ndim < 3 or len(draws) < 2:
        raise Refusal(
            "draws (n, C, *space), two at the least", str(tuple(draws.shape)), "stack them along a first axis"
        )
    real = draws.abs() if draws.is_complex() else draws
    low, high = torch.quantile(real, torch.tensor([0.05, 0.95], dtype=real.dtype), dim=0)
    return {"mean": draws.mean(0), "deviation": draws.std(0), "90% interval": high - low}
