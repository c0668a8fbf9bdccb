// A formula that the server made as MathML. Names and meanings reach the page as text, never as markup.
const seen = name => [...Bokeh.index.query(view => (view.model.css_classes ?? []).includes(name))]
  .map(view => view.el).filter(element => element.offsetWidth > 0)

const control = root => {
  for (const node of root.children ?? []) {
    const usable = node.matches("input:not([type=hidden]), [role=combobox], button") && !node.disabled && node.getAttribute("aria-hidden") != "true"
    const found = usable ? node : control(node) ?? (node.shadowRoot && control(node.shadowRoot))
    if (found) return found
  }
  return null
}

const active = () => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node
}

// A control may come, or be made anew, after it was asked for: it is waited for, and has the focus once it stays, unless
// the person does something else meanwhile.
const AGAIN = 50, COMING = 30_000, STAYING = 1_000  // ms
const follow = name => {
  let given = null, since = 0
  const begun = performance.now(), other = new AbortController()
  const look = () => {
    const now = performance.now(), at = active()
    if (given && at != given && at != document.body) return other.abort()
    const element = seen(name)[0], inside = element && control(element.shadowRoot ?? element)
    if (inside && inside != given) {
      element.scrollIntoView({ block: "nearest" })
      given = inside
      since = now
    }
    if (inside && at != inside) inside.focus({ focusVisible: true })
    if (given ? now - since > STAYING : now - begun > COMING) other.abort()
  }
  const timer = setInterval(look, AGAIN)
  other.signal.addEventListener("abort", () => clearInterval(timer))
  for (const event of ["pointerdown", "keydown"]) {
    document.addEventListener(event, () => other.abort(), { capture: true, signal: other.signal })
  }
  look()
  return other
}

const NEAR = 6  // px
const MARK = { outline: "3px solid var(--mui-palette-primary-main, #4f9edb)", outlineOffset: "1px", borderRadius: "4px" }

export function render({ model }) {
  const verb = made("span"), place = made("span")
  const sentence = made("div", { className: "sentence" }, verb, place)
  const told = made("div", { className: "told", popover: "manual" })
  sentence.setAttribute("role", "toolbar")
  let lit = [], here = null, pressed = null, followed = null

  const parts = () => [...place.querySelectorAll("[data-term]")]
  const firsts = () => parts().filter((part, i, all) => all.findIndex(each => each.dataset.term == part.dataset.term) == i)
  const term = part => model.terms[Number(part.dataset.term)]

  const leave = () => {
    for (const element of lit) for (const name of Object.keys(MARK)) element.style[name] = ""
    for (const part of parts()) part.classList.remove("on")
    lit = []
    here = null
    if (told.matches(":popover-open")) told.hidePopover()
  }

  const tell = part => {
    const each = term(part), box = part.getBoundingClientRect()
    told.replaceChildren(made("b", { textContent: each.words }), made("span", { textContent: each.meaning }),
      made("span", { className: "equation" }), made("span", { className: "picture" }))
    if (!told.matches(":popover-open")) told.showPopover()
    told.style.top = `${box.bottom + NEAR}px`
    told.style.left = `${Math.max(NEAR, Math.min(box.left, window.innerWidth - told.offsetWidth - NEAR))}px`
    model.send_msg({ path: each.path })
  }

  const look = part => {
    if (here == part.dataset.term || !term(part)) return
    leave()
    here = part.dataset.term
    for (const same of parts()) same.classList.toggle("on", same.dataset.term == here)
    lit = term(part).lights.flatMap(seen)
    for (const element of lit) Object.assign(element.style, MARK)
    tell(part)
  }

  const choose = name => {
    leave()
    followed?.abort()
    followed = follow(name)
  }

  const under = event => event.composedPath().find(node => node.dataset?.term != undefined)
  const stand = part => { for (const each of parts()) each.tabIndex = each == part ? 0 : -1 }

  place.addEventListener("pointerover", event => { const part = under(event); if (part) look(part) })
  place.addEventListener("pointerleave", () => { const part = place.querySelector("[data-term]:focus-visible"); part ? look(part) : leave() })
  place.addEventListener("focusin", event => { const part = under(event); if (part) { stand(part); look(part) } })
  place.addEventListener("focusout", leave)
  // Pressed and released, not clicked: a formula that is written anew in between gets no click. Aids click without pressing.
  const led = event => { const part = under(event); return part && term(part)?.lights[0] }
  place.addEventListener("pointerdown", event => { pressed = event.button == 0 && led(event) })
  place.addEventListener("pointerup", event => { if (pressed && led(event) == pressed) choose(pressed) })
  place.addEventListener("click", event => { if (event.detail == 0 && led(event)) choose(led(event)) })
  place.addEventListener("keydown", event => {
    const all = firsts(), at = all.indexOf(under(event))
    const moved = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return
    if (moved != undefined) all[Math.max(0, Math.min(moved, all.length - 1))].focus()
    else if (event.key == "Enter" || event.key == " ") choose(term(all[at]).lights[0])
    else if (event.key == "Escape") leave()
    else return
    event.preventDefault()
    event.stopPropagation()
  })

  const draw = () => {
    const focused = place.querySelector("[data-term]:focus")?.dataset.term
    leave()
    verb.textContent = model.verb
    sentence.setAttribute("aria-label", model.words)
    place.replaceChildren(mathematics(model.formula))
    firsts().forEach((part, i) => {
      part.tabIndex = i ? -1 : 0
      part.setAttribute("role", "button")
      if (!term(part)) return  // terms and formula come one after the other
      part.setAttribute("aria-label", `${term(part).words}: ${term(part).meaning}`)
    })
    firsts().find(part => part.dataset.term == focused)?.focus()
  }

  model.on("terms", draw)
  model.on("formula", draw)
  model.on("large", () => sentence.classList.toggle("large", model.large))
  model.on("msg:custom", ({ path, picture, formula }) => {
    if (here == null || model.terms[here]?.path != path || !told.matches(":popover-open")) return
    if (picture) told.querySelector(".picture").replaceChildren(made("img", { src: picture, alt: "" }))
    if (formula) told.querySelector(".equation").replaceChildren(mathematics(formula))
  })
  model.on("remove", () => { leave(); followed?.abort() })
  sentence.classList.toggle("large", model.large)
  draw()
  return made("div", {}, sentence, told)
}
