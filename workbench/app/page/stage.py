"""What the browser does for a page that is shown to a room: the bar above and the list beside give their place."""

from collections.abc import Callable

import param
from panel.custom import JSComponent


class RoomStage(JSComponent):
    """`presenting` takes the bar away, and enlarges the words of plots; `narrow` counts how often a phone asks so."""

    presenting = param.Boolean(False)
    narrow = param.Integer(0)

    _esm = """
    const PHONE = 600  // px
    const NEAR = 14, SMALLEST = 23, SHARE = 0.031, OFTEN = 500  // px, of the height of the screen, milliseconds
    // Words on a canvas know no parts of a screen, and the theme makes them small whenever it is put on.
    const enlarge = () => {
      const large = Math.max(SMALLEST, Math.round(SHARE * window.innerHeight))
      const size = `${window.innerWidth < PHONE ? NEAR : large}px`
      for (const view of Bokeh.index.query(view => view.model.type == "Figure" && view.el.offsetWidth > 0)) {
        for (const axis of [...view.model.below, ...view.model.left].filter(each => each.type.endsWith("Axis")))
          if (axis.visible && axis.major_label_text_font_size != size)
            axis.setv({major_label_text_font_size: size, axis_label_text_font_size: size}, {sync: false})
        for (const words of view.model.center.filter(each => each.type == "LabelSet"))
          if (words.text_font_size.value != size) words.setv({text_font_size: {value: size}}, {sync: false})
      }
    }
    export function render({ model }) {
      let timer
      const set = () => {
        clearInterval(timer)
        if (model.presenting) timer = setInterval(enlarge, OFTEN)
        const style = document.documentElement.style
        style.setProperty("--bar", model.presenting ? "none" : "flex")
        style.setProperty("--bar-height", model.presenting ? "0px" : "52px")
        window.dispatchEvent(new Event("resize"))
      }
      set()
      model.on("presenting", set)
      // Until the page is built nothing that is asked is done: it is asked again, until it was done once.
      let waiting
      const ask = () => { model.narrow += 1 }
      if (window.innerWidth < PHONE && !model.presenting) waiting = setInterval(ask, 2 * OFTEN)
      model.on("presenting", () => clearInterval(waiting))
      model.on("remove", () => { clearInterval(timer); clearInterval(waiting) })
      return document.createElement("span")
    }
    """

    def __init__(self, presenting: bool, narrow: Callable[[], object]) -> None:
        super().__init__(width=0, height=0, margin=0, presenting=presenting)
        self.param.watch(lambda event: narrow(), "narrow")
