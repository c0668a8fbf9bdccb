"""How high the bar of a lesson is, for those that take what is left of the page."""

from panel.custom import JSComponent


class BarHeight(JSComponent):
    """Tells the style sheets of the page, as --lesson."""

    _esm = """
    export function render({ model, el }) {
      let bar = el
      while (bar && !(bar.classList && bar.classList.contains("lesson-bar"))) bar = bar.parentNode || bar.host
      const tell = () => document.documentElement.style.setProperty("--lesson", `${bar ? bar.offsetHeight : 0}px`)
      const watch = new ResizeObserver(tell)
      if (bar) watch.observe(bar)
      model.on("remove", () => watch.disconnect())
      return document.createElement("span")
    }
    """

    def __init__(self) -> None:
        super().__init__(width=0, height=0, margin=0)
