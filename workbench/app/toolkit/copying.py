"""A button that copies a text, and answers."""

from typing import Any

import param
from panel.custom import JSComponent

_STYLE = """
:host { display: inline-block; }
button { display: inline-flex; align-items: center; gap: 8px; min-width: 64px; padding: 6px 5px; border: 0;
  border-radius: 4px; background: none; cursor: pointer; white-space: nowrap;
  font: 500 0.8125rem/1.75 Roboto, Helvetica, Arial, sans-serif; letter-spacing: 0.02857em; text-transform: none;
  color: var(--mui-palette-primary-main, #1f5f99); }
button.outlined { padding: 5px 9px; border: 1px solid currentColor; }
button:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
button:focus-visible { outline: 2px solid currentColor; }
svg { width: 18px; height: 18px; fill: currentColor; }
"""
LINK = (
    "M3.9 12a3.1 3.1 0 0 1 3.1-3.1h4V7H7a5 5 0 0 0 0 10h4v-1.9H7A3.1 3.1 0 0 1 3.9 12zM8 13h8v-2H8zm9-6h-4v1.9h4"
    "a3.1 3.1 0 0 1 0 6.2h-4V17h4a5 5 0 0 0 0-10z"
)
SHEETS = (
    "M16 1H4a2 2 0 0 0-2 2v14h2V3h12zm3 4H8a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2zm0 16H8"
    "V7h11z"
)


class CopyButton(JSComponent):
    """Copies `value`, or the page's address where it is empty, and says so for two seconds.

    Its handler is part of the component. One that Panel's `js_on_click` puts on a button is lost where the button joins
    a page that is open, and its arguments keep the page for good.
    """

    value = param.String("", doc="what is copied; empty: the address of the page")
    label = param.String("Copy")
    icon = param.String(LINK, doc="path of a 24 x 24 picture")
    variant = param.Selector(default="text", objects=["text", "outlined"])

    _stylesheets = [_STYLE]  # noqa: RUF012 - a class attribute of Panel's

    _esm = """
    export function render({ model }) {
      const button = document.createElement("button"), word = document.createElement("span")
      button.type = "button"
      button.className = model.variant
      button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${model.icon}"/></svg>`
      word.textContent = model.label
      button.append(word)
      const by_hand = text => {
        const area = document.createElement("textarea")
        area.value = text
        document.body.append(area)
        area.select()
        const done = document.execCommand("copy")
        area.remove()
        if (!done) window.prompt("Copy this", text)
      }
      let timer
      button.addEventListener("click", async () => {
        const text = model.value || window.location.href
        // A page that came by plain http from another machine has no clipboard.
        try { await navigator.clipboard.writeText(text) } catch { by_hand(text) }
        word.textContent = "Copied"
        clearTimeout(timer)
        timer = setTimeout(() => { word.textContent = model.label }, 2000)
      })
      return button
    }
    """

    def __init__(self, label: str, **given: Any) -> None:
        super().__init__(label=label, **given)
