"""Keys that a person presses where no control has a use for them, and what sliders say to who does not see them."""

from collections.abc import Callable, Iterable

import param
from panel.custom import JSComponent


class PageKeys(JSComponent):
    """`pressed` is one of the `keys`, by the name that browsers give it, with a number in front.

    A control that has the focus keeps its keys: fields all of them, sliders, menus, tabs and lists the arrows, buttons
    and switches the space. A slider whose value stands beside it speaks that value, and not where its thumb is.
    """

    keys = param.List([], item_type=str)
    pressed = param.String("")

    _esm = """
    const TYPED = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, " +
      "[contenteditable], [role=combobox], [role^=menu], [role=listbox], [role=option], [role=spinbutton]"
    const MOVED = "input, [role=slider], [role=tab], [role=radio], [role=dialog], .bk-Canvas"
    const CLICKED = "button, a, input, summary, [role=button], [role=tab], [role=switch], [role=checkbox], " +
      "[role=dialog]"
    const LATE = 400  // milliseconds after which what was moved is known beside a slider
    const taken = (key, path) => {
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
    // A slider that is moved from elsewhere writes the place of its thumb there again.
    const followed = new WeakSet()
    const follow = slider => {
      if (followed.has(slider)) return
      followed.add(slider)
      new MutationObserver(() => speak(slider)).observe(slider, {attributeFilter: ["aria-valuetext"]})
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
      const heard = event => {
        const slider = event.composedPath()[0]
        if (!(slider instanceof Element) || !slider.matches("input[type=range]")) return
        speak(slider)
        follow(slider)
        setTimeout(() => speak(slider), LATE)
      }
      window.addEventListener("keydown", press)
      for (const kind of ["focusin", "input", "change"]) window.addEventListener(kind, heard)
      model.on("remove", () => {
        window.removeEventListener("keydown", press)
        for (const kind of ["focusin", "input", "change"]) window.removeEventListener(kind, heard)
      })
      return document.createElement("span")
    }
    """

    def __init__(self, keys: Iterable[str], press: Callable[[str], None]) -> None:
        super().__init__(width=0, height=0, margin=0, keys=list(keys))
        self.param.watch(lambda event: press(event.new.partition(" ")[2]), "pressed")
