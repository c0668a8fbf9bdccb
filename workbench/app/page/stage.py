"""What the browser does for a page that is shown to a room, or on a screen that is larger than a desk's."""

from collections.abc import Callable

import param
from panel.custom import JSComponent


class RoomStage(JSComponent):
    """`presenting` takes the bar away, and enlarges the words of plots; `narrow` counts how often a phone asks so.
    `cramped`: the controls find no room beside the page; they open over it, when they are asked for.

    The whole page grows with the screen instead: `--screen` says how many times it is drawn as large (page.html).
    """

    presenting = param.Boolean(False)
    narrow = param.Integer(0)
    cramped = param.Boolean(False)

    _esm = """
    const PHONE = 600, CRAMPED = 900  // px
    const NEAR = 14, SMALLEST = 23, SHARE = 0.031, OFTEN = 500  // px, of the height of the screen, milliseconds
    const DESK = [1920, 1080], PACE = 0.75  // px; of what a screen is larger than a desk's, so much goes into size
    const ROOM = 84, SIGN = 36, LETTER = 6.4  // px: beside the names, of the line before one, of a letter
    const wrapped = new WeakMap()  // what was in a row before, by legend
    const sized = () => {
      const times = Math.min(window.innerWidth / DESK[0], window.innerHeight / DESK[1])
      return times > 1 ? 1 + PACE * (times - 1) : 1
    }
    const PLAIN = [12, 13, 11]  // px of the numbers and the names of axes, and of other words, on a desk
    const AXIS = ["major_label_text_font_size", "axis_label_text_font_size"]
    const BAR = ["major_label_text_font_size", "title_text_font_size"]
    // Words on a canvas know no parts of a screen, and the theme makes them small whenever it is put on.
    const put = (model, name, size) => {
      const now = model[name].value ?? model[name]
      if (now != size) model.setv({[name]: now === model[name] ? size : {value: size}}, {sync: false})
    }
    const enlarge = ([ticks, names, words]) => {
      for (const view of Bokeh.index.query(view => view.model.type == "Figure" && view.el.offsetWidth > 0)) {
        const {above, below, left, right, center} = view.model
        for (const each of [...above, ...below, ...left, ...right, ...center]) {
          const parts = each.type == "ColorBar" ? BAR : each.type.endsWith("Axis") && each.visible ? AXIS : []
          parts.forEach((name, at) => put(each, name, [ticks, names][at]))
          if (["LabelSet", "Title"].includes(each.type)) put(each, "text_font_size", words)
        }
      }
    }
    // The names above a plot that is narrower than they are stand in rows.
    const wrap = () => {
      for (const view of Bokeh.index.query(view => view.model.type == "Legend" && view.parent?.el?.offsetWidth > 0)) {
        const legend = view.model, room = view.parent.el.offsetWidth - ROOM
        const widest = Math.max(...legend.items.map(item => SIGN + LETTER * `${item.label?.value ?? ""}`.length), 1)
        const fits = Math.max(1, Math.floor(room / widest))
        const narrow = window.innerWidth < PHONE && legend.items.length > fits
        if (legend.orientation != "horizontal" || !narrow && !wrapped.has(legend)) continue
        if (!wrapped.has(legend)) wrapped.set(legend, legend.ncols)
        const rows = narrow ? fits : wrapped.get(legend)
        if (legend.ncols != rows) legend.setv({ncols: rows}, {sync: false})
      }
    }
    const room = () => {
      const large = Math.max(SMALLEST, Math.round(SHARE * window.innerHeight))
      return Array(3).fill(`${window.innerWidth < PHONE ? NEAR : large}px`)
    }
    export function render({ model }) {
      let timer, screen = 1, grown = false, shrunk = false
      const set = () => {
        clearInterval(timer)
        timer = setInterval(() => {
          if (model.presenting) enlarge(room())
          else if (screen > 1 || grown) enlarge(PLAIN.map(size => `${Math.round(size * screen)}px`))
          if (window.innerWidth < PHONE || shrunk) wrap()
          grown ||= screen > 1
          shrunk ||= window.innerWidth < PHONE
        }, OFTEN)
        const style = document.documentElement.style
        style.setProperty("--bar", model.presenting ? "none" : "flex")
        style.setProperty("--bar-height", model.presenting ? "0px" : "52px")
        grow()
        window.dispatchEvent(new Event("resize"))
      }
      const grow = () => {
        const cramped = window.innerWidth < CRAMPED
        if (cramped !== model.cramped) {
          model.cramped = cramped
          const page = Bokeh.documents.flatMap(each => each.roots()).find(root => root.data?.sidebar_open != null)
          if (page && !model.presenting) page.data.sidebar_open = !cramped
        }
        screen = model.presenting ? 1 : sized()
        document.documentElement.style.setProperty("--screen", screen.toFixed(2))
      }
      set()
      window.addEventListener("resize", grow)
      model.on("presenting", set)
      // Until the page is built nothing that is asked is done: it is asked again, until it was done once.
      let waiting
      const ask = () => { model.narrow += 1 }
      if (window.innerWidth < PHONE && !model.presenting) waiting = setInterval(ask, 2 * OFTEN)
      model.on("presenting", () => clearInterval(waiting))
      model.on("remove", () => {
        clearInterval(timer)
        clearInterval(waiting)
        window.removeEventListener("resize", grow)
      })
      return document.createElement("span")
    }
    """

    def __init__(self, presenting: bool, narrow: Callable[[], object]) -> None:
        super().__init__(width=0, height=0, margin=0, presenting=presenting)
        self.param.watch(lambda event: narrow(), "narrow")
