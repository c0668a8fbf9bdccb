"""The strip of moments in the browser: a slider by its role, with a thumbnail at each place."""

from collections.abc import Callable

import param
from panel.custom import JSComponent

_LOOK = """
:host { flex: 1 1 160px; min-width: 0; height: 42px; }
.strip { display: flex; height: 40px; align-items: stretch; border-radius: 4px; cursor: pointer; overflow: hidden;
  touch-action: none; user-select: none; background: rgba(128, 128, 128, .18); }
.strip:focus-visible { outline: 3px solid #4f9edb; outline-offset: 1px; }
.place { flex: 1 1 0; max-width: 120px; min-width: 3px; position: relative; box-sizing: border-box;
  border-right: 1px solid rgba(128, 128, 128, .5); overflow: hidden; }
.still { width: 40px; height: 40px; margin: 0 calc(50% - 20px); background-repeat: no-repeat; }
.moved::after { content: ""; position: absolute; left: 0; top: 0; width: 4px; height: 100%; background: #f08c00; }
.here { outline: 3px solid #0ca5a5; outline-offset: -3px; z-index: 1; }
.newest { flex: 1 1 52px; min-width: 44px; padding-left: 8px;
  font: var(--now, 12px)/40px Roboto, Helvetica, Arial, sans-serif; }
"""
NEWEST = -1  # the place after the last moment


class TimeStrip(JSComponent):
    """A place for each of `ks`, its picture cut out of the `sprite`, then one for the newest iterate.

    `chosen` is the place in sight. A click, a drag or a key wishes for an iteration, or for the newest iterate.
    """

    ks = param.List([], item_type=int)
    words = param.List([], item_type=str)
    marks = param.List([], item_type=str)
    sprite = param.String("")
    chosen = param.Integer(NEWEST)
    wish = param.String("")

    _esm = """
    export function render({ model }) {
      const strip = document.createElement("div")
      strip.className = "strip"
      strip.tabIndex = 0
      strip.setAttribute("role", "slider")
      strip.setAttribute("aria-label", "time line: moments of the run")
      let count = 0, asked = null
      const here = () => model.chosen < 0 ? model.ks.length : model.chosen
      const ask = place => {
        place = Math.max(0, Math.min(place, model.ks.length))
        asked = place
        count += 1
        model.wish = `${count} ${place < model.ks.length ? model.ks[place] : "newest"}`
      }
      const mark = () => {
        const at = here(), places = strip.children
        for (let i = 0; i < places.length; i++) places[i].classList.toggle("here", i === at)
        strip.setAttribute("aria-valuemin", 0)
        strip.setAttribute("aria-valuemax", model.ks.length)
        strip.setAttribute("aria-valuenow", at)
        strip.setAttribute("aria-valuetext", at < model.ks.length ? model.words[at] || "" : "newest iterate")
        asked = at
      }
      const build = () => {
        const n = model.ks.length
        const places = model.ks.map((k, i) => {
          const place = document.createElement("div")
          place.className = model.marks[i] ? "place moved" : "place"
          place.title = model.words[i] + (model.marks[i] ? `: ${model.marks[i]}` : "")
          const still = document.createElement("div")
          still.className = "still"
          still.style.backgroundImage = `url(${model.sprite})`
          still.style.backgroundSize = `${40 * n}px 40px`
          still.style.backgroundPosition = `${-40 * i}px 0`
          place.append(still)
          return place
        })
        const newest = document.createElement("div")
        newest.className = "newest"
        newest.textContent = "now"
        newest.title = "the newest iterate"
        strip.replaceChildren(...places, newest)
        mark()
      }
      const place = event => {
        const found = [...strip.children].findIndex(each => event.clientX < each.getBoundingClientRect().right)
        return found < 0 ? model.ks.length : found
      }
      const drag = event => { const to = place(event); if (to !== asked) ask(to) }
      strip.addEventListener("pointerdown", event => {
        strip.focus()
        strip.setPointerCapture(event.pointerId)
        ask(place(event))
        strip.addEventListener("pointermove", drag)
      })
      for (const end of ["pointerup", "pointercancel"])
        strip.addEventListener(end, () => strip.removeEventListener("pointermove", drag))
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5 }
      strip.addEventListener("keydown", event => {
        if (event.altKey || event.ctrlKey || event.metaKey) return
        const n = model.ks.length
        const to = event.key in by ? (asked ?? here()) + by[event.key] : { Home: 0, End: n }[event.key]
        if (to === undefined) return
        event.preventDefault()
        event.stopPropagation()
        ask(to)
      })
      model.on("sprite", build)
      model.on("chosen", mark)
      build()
      return strip
    }
    """

    def __init__(self, wished: Callable[[int | None], None]) -> None:
        super().__init__(sizing_mode="stretch_width", height=42, margin=(1, 4), stylesheets=[_LOOK])
        self.param.watch(lambda event: wished(_iteration(event.new)), "wish")


def _iteration(wish: str) -> int | None:
    """The iteration of a wish; None for the newest iterate, which is also what a browser says that is none of ours."""
    word = wish.partition(" ")[2]
    return int(word) if word.isdecimal() and len(word) < 12 else None
