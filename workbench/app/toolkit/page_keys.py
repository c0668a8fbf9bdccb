"""Keys that a person presses where no control has a use for them, and what sliders say to who does not see them."""

from collections.abc import Callable, Iterable

import param
from panel.custom import JSComponent


class PageKeys(JSComponent):
    """`pressed` is one of the `keys`, by the name that browsers give it, with a number in front.

    A control that has the focus keeps its keys: fields all of them, sliders, menus, tabs and lists the arrows, buttons
    and switches the space, a window in front of the page all but ?. A slider whose value stands beside it speaks that
    value, and not where its thumb is.
    """

    keys = param.List([], item_type=str)
    pressed = param.String("")

    _esm = """
    const TYPED = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, " +
      "[contenteditable], [role=combobox], [role^=menu], [role=listbox], [role=option], [role=spinbutton]"
    const MOVED = "input, [role=slider], [role=tab], [role=radio], .bk-Canvas"
    const CLICKED = "button, a, input, summary, [role=button], [role=tab], [role=switch], [role=checkbox]"
    const OFTEN = 300  // milliseconds
    const taken = (key, path) => {
      if (key != "?" && path.some(node => node.matches("[role=dialog]"))) return true  // which hides the page
      const by = key.includes("Arrow") ? `${TYPED}, ${MOVED}` : key == " " ? `${TYPED}, ${CLICKED}` : TYPED
      return path.some(node => node.matches(by))
    }
    const above = node => node.parentNode || node.host
    const within = (root, depth = 0) => {
      for (const node of depth > 12 ? [] : root.children || []) {
        const label = node.matches("label") && node.textContent.endsWith(", typed")
        const found = label ? node.parentNode.querySelector("input") : null
        const deeper = found || within(node, depth + 1) || (node.shadowRoot && within(node.shadowRoot, depth + 1))
        if (deeper) return deeper
      }
      return null
    }
    const speak = slider => {
      let field = null
      for (let node = slider, i = 0; node && !field && i < 16; node = above(node), i++) field = within(node)
      if (field && slider.getAttribute("aria-valuetext") != field.value)
        slider.setAttribute("aria-valuetext", field.value)
    }
    const focused = () => {
      let node = document.activeElement
      while (node && node.shadowRoot && node.shadowRoot.activeElement) node = node.shadowRoot.activeElement
      return node
    }
    // Whenever a slider is moved, by hand or from elsewhere, it is drawn anew and says the place of its thumb again.
    const follow = () => {
      const slider = focused()
      if (slider && slider.matches("input[type=range]")) speak(slider)
    }
    export function render({ model }) {
      let count = 0
      const press = event => {
        const path = event.composedPath().filter(node => node instanceof Element)
        const key = event.shiftKey && event.key.includes("Arrow") ? `Shift+${event.key}` : event.key
        if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return
        if (!model.keys.includes(key) || taken(key, path)) return
        event.preventDefault()
        count += 1
        model.pressed = `${count} ${key}`
      }
      const timer = setInterval(follow, OFTEN)
      window.addEventListener("keydown", press)
      window.addEventListener("focusin", follow)
      model.on("remove", () => {
        clearInterval(timer)
        window.removeEventListener("keydown", press)
        window.removeEventListener("focusin", follow)
      })
      return document.createElement("span")
    }
    """

    def __init__(self, keys: Iterable[str], press: Callable[[str], None]) -> None:
        super().__init__(width=0, height=0, margin=0, keys=list(keys))
        self.param.watch(lambda event: press(event.new.partition(" ")[2]), "pressed")
