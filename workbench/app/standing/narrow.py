"""How parts of the page stand on a phone: below each other, or two abreast, and as high as they are.

The page itself makes every plot there as high as it needs (page.html).
"""

from typing import Any

import panel as pn
import panel_material_ui as pmui

PHONE = 640  # px: on a screen at most so wide no plot stands beside another thing
NARROW = f"@media (max-width: {PHONE}px)"
# Of the place of a part and of the part in it: a height in pixels stands at both.
LOOSE = (
    f"{NARROW} {{ :host, :host > div {{ height: auto !important; min-height: 0 !important; }}"
    " :host { flex: none !important; } }"
)
_EACH = "& > * > *"  # what is laid out stands in a wrapper of its own
_WHOLE = {"flex": "none !important", "width": "100% !important", "maxWidth": "100% !important"}
_HALF = {"flex": "none !important", "width": "auto !important", "maxWidth": "100% !important", "minWidth": 0}
_STACKED: dict[str, Any] = {"flexDirection": "column", "height": "auto", _EACH: _WHOLE}
STACKED: dict[str, Any] = {NARROW: _STACKED}
# What is drawn comes before the controls beside it, which may be many.
DRAWN_FIRST: dict[str, Any] = {NARROW: _STACKED | {"flexDirection": "column-reverse"}}
_PAIRED: dict[str, Any] = {
    NARROW: {"display": "grid", "gridTemplateColumns": "repeat(2, minmax(0, 1fr))", "height": "auto", _EACH: _HALF}
}


def pictures_abreast(*parts: pn.viewable.Viewable, **layout: Any) -> pmui.Row:
    """A row of pictures; on a phone two and two."""
    return pmui.Row(*parts, sx=_PAIRED, stylesheets=[LOOSE], **{"sizing_mode": "stretch_width", "margin": 0} | layout)


def plots_abreast(*parts: pn.viewable.Viewable, **layout: Any) -> pmui.Row:
    """A row of plots and of what belongs to them; on a phone each below the other."""
    return pmui.Row(*parts, sx=STACKED, stylesheets=[LOOSE], **{"sizing_mode": "stretch_both", "margin": 0} | layout)
