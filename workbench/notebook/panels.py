"""What a screen draws, as the kernel sends it: pictures of eight bits, and curves of single precision, compressed."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.figures.colours import coloured
from workbench.live.images import MOST, Limits, bytes_of, smaller, thinned

Array = np.ndarray
Panel = dict[str, Any]
_QUICK = 1  # of nine: a picture a frame is sent, and none of them is kept


def signal_panel(place: int, title: str, values: Array, limits: Limits, **look: str) -> Panel:
    """A signal (H, W), (H, W, 3) or (N,), the last as a curve; `look` holds `colours`, a map by name, and `caption`."""
    if values.ndim == 1:
        line = {title.lower(): (np.arange(len(values)), values)}
        return curve_panel(place, title, line, ("sample", "value"), caption=look.get("caption", ""))
    shown = smaller(values, MOST)
    levels = bytes_of(shown, limits)
    if shown.ndim == 3:
        levels = levels.view(np.uint8).reshape(*levels.shape, 4)[..., :3]
    return {
        "kind": "picture",
        "place": place,
        "title": title,
        "caption": look.get("caption", ""),
        "map": look.get("colours", "gray"),
        "width": shown.shape[1],
        "height": shown.shape[0],
        "data": zlib.compress(np.ascontiguousarray(levels).tobytes(), _QUICK),
    }


def curve_panel(
    place: int, title: str, lines: Mapping[str, tuple[Array, Array]], axes: tuple[str, str], **look: Any
) -> Panel:
    """Lines by name, (x, y) each, on labelled axes; `look` has `log`, `caption`, and as (x, word) `marks`, `ticks`."""
    thin = [thinned(_seen(np.asarray(x), np.asarray(y))) for x, y in lines.values()]
    longest = max((len(each["x"]) for each in thin), default=0)
    rows = [_padded(each[side], longest) for each in thin for side in ("x", "y")]
    data = np.concatenate(rows).astype(np.float32) if rows else np.zeros(0, np.float32)
    names = [{"name": name, "colour": colour} for name, colour in coloured(lines)]
    return {
        "kind": "curves",
        "place": place,
        "title": title,
        "caption": look.get("caption", ""),
        "x": axes[0],
        "y": axes[1],
        "log": bool(look.get("log", False)),
        "marks": [[float(x), word] for x, word in look.get("marks", ())],
        "ticks": sorted([float(x), word] for x, word in look.get("ticks", ())),
        "lines": names,
        "data": zlib.compress(data.tobytes(), _QUICK),
    }


def values_of(panel: Panel) -> Array:
    """The numbers that a panel holds: (H, W) or (H, W, 3) levels; (lines, 2, n) of curves."""
    raw = zlib.decompress(panel["data"])
    if panel["kind"] == "curves":
        return np.frombuffer(raw, np.float32).reshape(len(panel["lines"]), 2, -1)
    levels = np.frombuffer(raw, np.uint8)
    shape = (panel["height"], panel["width"])
    return levels.reshape(*shape, 3) if len(levels) == 3 * shape[0] * shape[1] else levels.reshape(shape)


def _seen(x: Array, y: Array) -> dict[str, Array]:
    """What costs more than a step is recorded now and then: a line goes from one value to the next."""
    there = np.isfinite(x) & np.isfinite(y)
    return {"x": x[there], "y": y[there]}


def _padded(column: Array, count: int) -> Array:
    return np.concatenate([column, np.full(count - len(column), np.nan)])


def words(panels: Sequence[Panel]) -> str:
    """Panels as a reader without pictures hears of them."""
    return "; ".join(" · ".join(filter(None, (panel["title"], panel["caption"]))) for panel in panels)
