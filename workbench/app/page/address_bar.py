"""The address of the page: it follows the experiment, and the experiment follows a person who goes back."""

from collections.abc import Callable

import param
from panel.custom import JSComponent


class AddressBar(JSComponent):
    """`search` is what the address shall say; `visited` what it says after Back or Forward, with a number in front.

    `place` is what the browser has in front of it: only the browser knows the name by which the page was reached.
    What one control says while it is dragged is one step of the history. The frame of a notebook has none of its own.
    """

    search = param.String("")
    visited = param.String("")
    place = param.String("")

    _esm = """
    const TOGETHER = 1500  // milliseconds between two changes of one parameter that are one step
    const changed = (one, other) => {
      const [a, b] = [new URLSearchParams(one), new URLSearchParams(other)]
      return [...new Set([...a.keys(), ...b.keys()])].filter(key => a.get(key) != b.get(key)).sort().join()
    }
    export function render({ model }) {
      let what = "", when = 0, replace = true, count = 0
      const write = () => {
        if (model.search && window.location.search != model.search) {
          const now = changed(window.location.search, model.search), inside = window.self !== window.top
          const same = now == what && Date.now() - when < TOGETHER
          window.history[replace || same || inside ? "replaceState" : "pushState"]({}, "",
            window.location.pathname + model.search)
          what = now
          when = Date.now()
        }
        replace = false
      }
      const back = () => {
        replace = true
        count += 1
        model.visited = `${count} ${window.location.search}`
      }
      write()
      model.place = window.location.origin + window.location.pathname
      model.on("search", write)
      window.addEventListener("popstate", back)
      model.on("remove", () => window.removeEventListener("popstate", back))
      return document.createElement("span")
    }
    """

    def __init__(self, travel: Callable[[str], None]) -> None:
        super().__init__(width=0, height=0, margin=0)
        self.param.watch(lambda event: travel(event.new.partition(" ")[2]), "visited")
