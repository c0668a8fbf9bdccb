"""Colours and sizes of the page; light or dark as the browser asks."""

import panel as pn
import panel_material_ui as pmui

THEME = {
    "palette": {"primary": {"main": "#1f5f99"}},
    "typography": {"h3": {"fontSize": "1.25rem", "fontWeight": 600}},
    "components": {
        "MuiToolbar": {"styleOverrides": {"root": {"minHeight": "52px !important"}}},
        "MuiTab": {"styleOverrides": {"root": {"minHeight": "40px", "padding": "6px 14px"}}},
        "MuiTabs": {"styleOverrides": {"root": {"minHeight": "40px"}}},
        "MuiListItemText": {"styleOverrides": {"root": {"margin": "4px 14px !important"}}},
    },
}


def follow_browser(page: pmui.Page) -> None:
    """Dark where the person's system is dark; the toggle in the bar still decides."""
    browser = pn.state.browser_info
    if browser is not None:
        browser.param.watch(lambda event: page.param.update(dark_theme=bool(event.new)), "dark_mode")
