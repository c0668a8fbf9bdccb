"""How much of the page the parts around the tabs leave, for a tab that takes all of it."""

from panel.custom import JSComponent

VIEWS, LEFTOVER = "views", "leftover"  # classes of the tabs, and of what takes what all others leave


class AroundTabs(JSComponent):
    """Tells the style sheets of the page, as --room, however high a lesson, a formula or a notice grows."""

    _esm = """
    export function render({ model, el }) {
      let centre = null, tabs = null
      const parts = () => [...centre.children].map(each => each.firstElementChild).filter(each => each)
      const high = each => {
        const style = getComputedStyle(each)
        return style.display == "none" || style.position == "absolute" ? 0
          : each.offsetHeight + parseFloat(style.marginTop) + parseFloat(style.marginBottom)
      }
      const tell = () => {
        if (!tabs || !tabs.offsetHeight) return
        const row = tabs.shadowRoot.querySelector(".MuiTabs-root")
        // Curves take what is left of the page, and are not there below a tab that does.
        const others = parts().filter(each => each != tabs && !each.classList.contains("leftover"))
        const sum = others.reduce((all, each) => all + high(each), row ? row.offsetHeight : 0)
        document.documentElement.style.setProperty("--room", `${Math.floor(centre.clientHeight - sum)}px`)
      }
      const sizes = new ResizeObserver(tell)
      const follow = () => {
        tabs = parts().find(each => each.classList.contains("views"))
        sizes.disconnect()
        for (const each of [centre, ...parts()]) sizes.observe(each)
        tell()
      }
      const changes = new MutationObserver(follow)
      const begin = () => {
        centre = el.getRootNode().host?.parentNode?.parentNode  // each part stands in a wrapper of its own
        if (!centre) return
        changes.observe(centre, { childList: true, subtree: true })
        follow()
      }
      requestAnimationFrame(begin)
      model.on("remove", () => { sizes.disconnect(); changes.disconnect() })
      return document.createElement("span")
    }
    """

    def __init__(self) -> None:
        super().__init__(width=0, height=0, margin=0)
