"""The arrow keys turn the steps of a lesson, where no control has a use for them."""

from collections.abc import Callable

import param
from panel.custom import JSComponent


class LessonKeys(JSComponent):
    """`pressed` is "next" or "back" with a number in front. Tells the page, too, how high the bar around it is."""

    pressed = param.String("")
    active = param.Boolean(False)

    # A control that has the focus keeps its keys: sliders, fields, menus, tabs and lists use arrows themselves.
    _esm = """
    const TAKEN = "input, textarea, select, [contenteditable], [role=slider], [role=tab], [role=combobox], " +
      "[role^=menu], [role=listbox], [role=option], [role=radio], [role=spinbutton], [role=dialog], .bk-Canvas"
    const WORDS = {ArrowRight: "next", ArrowLeft: "back"}
    export function render({ model, el }) {
      let count = 0
      const press = event => {
        const word = WORDS[event.key], plain = !(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey)
        const path = event.composedPath().filter(node => node instanceof Element)
        if (!model.active || !word || !plain || path.some(node => node.matches(TAKEN))) return
        event.preventDefault()
        count += 1
        model.pressed = `${count} ${word}`
      }
      window.addEventListener("keydown", press)
      let bar = el
      while (bar && !(bar.classList && bar.classList.contains("lesson-bar"))) bar = bar.parentNode || bar.host
      const tell = () => document.documentElement.style.setProperty("--lesson", `${bar ? bar.offsetHeight : 0}px`)
      const watch = new ResizeObserver(tell)
      if (bar) watch.observe(bar)
      model.on("remove", () => {
        window.removeEventListener("keydown", press)
        watch.disconnect()
      })
      return document.createElement("span")
    }
    """

    def __init__(self, turn: Callable[[str], None]) -> None:
        super().__init__(width=0, height=0, margin=0)
        self.param.watch(lambda event: turn(event.new.partition(" ")[2]), "pressed")
