"""Colours and sizes of the page; light or dark as the browser asks."""

import panel as pn
import panel_material_ui as pmui

from workbench.app.standing.narrow import NARROW

_BAR = {"display": "var(--bar, flex)"}  # a page that is shown to a room has none
# Where a person's system forces its colours, what says by its colour alone takes that of a choice.
_SEEN = {
    "@media (forced-colors: active)": {
        "forcedColorAdjust": "none",
        "backgroundColor": "Highlight !important",
        "opacity": "1 !important",
    }
}
_COMMON = {
    # Below `sm` the controls lie over the page, and are closed until they are asked for: RoomStage knows when.
    "breakpoints": {"values": {"xs": 0, "sm": 900, "md": 900, "lg": 1200, "xl": 1536}},
    "typography": {"h3": {"fontSize": "1.25rem", "fontWeight": 600}},
    "components": {
        # What is between the menu and the theme may be narrower than its words: on a narrow page those are cut.
        "MuiToolbar": {
            "styleOverrides": {
                "root": {
                    "minHeight": "var(--bar-height, 52px) !important",
                    **_BAR,
                    "& > .MuiBox-root": {"minWidth": 0},
                    NARROW: {"px": 0, "& .title": {"display": "none"}, "& > .MuiIconButton-root": {"m": 0, "p": "8px"}},
                }
            }
        },
        "MuiAppBar": {"styleOverrides": {"root": _BAR}},
        "MuiTab": {
            "styleOverrides": {
                "root": {"minHeight": "40px", "minWidth": 0, "padding": "6px 7px", "textTransform": "none"}
            }
        },
        "MuiFormControlLabel": {"styleOverrides": {"label": {"fontSize": "12.5px"}}},
        # A hint lies over the button beside its own, and is not to take the clicks that go there.
        "MuiTooltip": {"defaultProps": {"disableInteractive": True}},
        "MuiTabs": {"styleOverrides": {"root": {"minHeight": "40px"}, "indicator": _SEEN}},
        "MuiLinearProgress": {"styleOverrides": {"bar": _SEEN}},
        "MuiSwitch": {"styleOverrides": {"switchBase": {"&.Mui-checked + .MuiSwitch-track": _SEEN}}},
        # The cross that closes a window: as dark as its letters, whichever the theme.
        "MuiDialog": {"styleOverrides": {"paper": {"& .MuiIconButton-root": {"color": "inherit"}}}},
        "MuiListItemText": {"styleOverrides": {"root": {"margin": "4px 14px !important"}}},
    },
}
_NIGHT = {"backgroundColor": "#16324b !important", "backgroundImage": "none"}
THEME = {
    "light": _COMMON | {"palette": {"primary": {"main": "#1f5f99"}}},
    "dark": _COMMON
    | {
        "palette": {"primary": {"main": "#4f9edb", "contrastText": "#ffffff"}},
        "components": _COMMON["components"] | {"MuiAppBar": {"styleOverrides": {"root": _BAR | _NIGHT}}},
    },
}
PLAIN_TITLE = {"& .MuiAlertTitle-root": {"fontSize": "13.5px", "fontWeight": 400, "margin": 0}}


def follow_browser(page: pmui.Page) -> None:
    """Dark where the person's system is dark; the toggle in the bar still decides. For a page that is loaded."""
    browser = pn.state.browser_info
    if browser is not None:
        page.dark_theme = bool(browser.dark_mode)
        browser.param.watch(lambda event: page.param.update(dark_theme=bool(event.new)), "dark_mode")
