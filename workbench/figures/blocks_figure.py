"""The blocks of an unknown, above those that are known."""

from collections.abc import Sequence

from workbench.analysis.unknowns import BlockPicture
from workbench.figures.canvas import INK, file_of, new_figure
from workbench.figures.shown import spread
from workbench.refusal import Refusal


def blocks_figure(blocks: Sequence[BlockPicture], kind: str = "png") -> bytes:
    """The figure of blocks, in a `Format`."""
    if not blocks:
        raise Refusal("blocks to draw", "none", "take a parametrisation")
    rows = 1 + any(block.known is not None for block in blocks)
    figure = new_figure(2.9 * len(blocks), 2.9 * rows)
    places = figure.subplots(rows, len(blocks), squeeze=False)
    for number, block in enumerate(blocks):
        error = "" if block.error is None else f"\n{block.error:.2%} from the true one, aligned"
        shown = [(f"{block.name}{error}", block.values), (f"true {block.name}", block.known)][:rows]
        for axes, (title, values) in zip(places[:, number], shown, strict=True):
            if values is None:
                axes.set_visible(False)
                continue
            axes.set_title(title, fontsize=9)
            if values.ndim == 1:
                axes.plot(values, color=INK, linewidth=0.8)
                continue
            low, high = spread(block.values if block.known is None else block.known)
            axes.imshow(values, cmap="gray", interpolation="nearest", vmin=low, vmax=high, aspect="auto")
            axes.set_axis_off()
    return file_of(figure, kind)
