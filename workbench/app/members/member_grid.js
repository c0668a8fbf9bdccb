// Cards of members. Names and sentences reach the page as text; equations are MathML that the server made of TeX.
export function render({ model }) {
  const search = made("input", { type: "search", placeholder: "search", spellcheck: false })
  search.setAttribute("aria-label", "search these cards")
  const shelf = made("div")
  const none = made("div", { className: "none", textContent: "Nothing here is called so.", hidden: true })
  const places = new Map()  // of pictures and equations, by name

  const card = each => {
    const picture = made("div", { className: "picture" })
    const formula = made("span", { className: "formula" })
    places.set(each.name, { picture, formula })
    const choose = made("button", { type: "button", disabled: Boolean(each.reason) && each.name != model.chosen }, picture,
      made("span", { className: "name", textContent: each.name }))
    choose.setAttribute("aria-label", `choose ${each.name}`)
    choose.addEventListener("click", () => model.send_msg({ kind: "chosen", name: each.name }))
    if (each.reason) choose.append(made("span", { className: "reason", textContent: each.reason }))
    choose.append(made("span", { className: "sentence", textContent: each.sentence }))
    choose.append(formula)
    const whole = made("div", { className: each.name == model.chosen ? "card chosen" : "card" }, choose)
    if (each.more) {
      whole.append(made("details", {}, made("summary", { textContent: "more" }),
        made("p", { className: "more", textContent: each.more })))
    }
    whole.dataset.words = `${each.name} ${each.group} ${each.sentence} ${each.more}`.toLowerCase()
    return whole
  }

  const sift = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    let left = 0
    for (const group of shelf.children) {
      let here = 0
      for (const each of group.querySelectorAll(".card")) {
        each.hidden = !words.every(word => each.dataset.words.includes(word))
        each.style.display = each.hidden ? "none" : ""
        here += !each.hidden
      }
      group.style.display = here ? "" : "none"
      left += here
    }
    none.hidden = left > 0
  }

  const draw = () => {
    places.clear()
    search.value = ""
    const groups = Map.groupBy ? Map.groupBy(model.cards, each => each.group) : grouped(model.cards)
    shelf.replaceChildren(...[...groups].map(([name, members]) => made("section", {},
      ...(name ? [made("h3", { textContent: name })] : []), made("div", { className: "group" }, ...members.map(card)))))
    sift()
    model.send_msg({ kind: "drawn" })  // what is sent before has no place yet
  }

  const grouped = cards => {
    const found = new Map()
    for (const each of cards) found.set(each.group, [...(found.get(each.group) ?? []), each])
    return found
  }

  search.addEventListener("input", sift)
  search.addEventListener("keydown", event => { if (event.key != "Escape") event.stopPropagation() })
  model.on("cards", draw)
  model.on("msg:custom", ({ name, picture, formula }) => {
    const place = places.get(name)
    if (place && picture) place.picture.replaceChildren(made("img", { src: picture, alt: `what ${name} does` }))
    if (place && formula) place.formula.replaceChildren(mathematics(formula))
  })
  draw()
  return made("div", {}, made("div", { className: "search" }, search), shelf, none)
}
