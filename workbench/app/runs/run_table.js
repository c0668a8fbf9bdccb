// A table of runs. What people wrote reaches the page as text and values of fields alone, never as markup.
const COLUMNS = [
  ["", ""], ["picture", ""], ["run", "name"], ["k", "k"], ["PSNR, dB", "psnr"], ["saved (UTC)", "saved"], ["tags", ""],
  ["note", ""],
]

export function render({ model }) {
  const frame = made("div", { className: "frame" })

  const select = () => {
    const boxes = [...frame.querySelectorAll("td input[type=checkbox]")]
    for (const box of boxes) box.closest("tr").classList.toggle("chosen", box.checked)
    model.send_msg({ kind: "selected", names: boxes.filter(box => box.checked).map(box => box.value) })
  }

  const field = (run, kind, placeholder) => {
    const input = made("input", { type: "text", value: run[kind], placeholder, title: run[kind], spellcheck: false })
    input.setAttribute("aria-label", `${kind} of ${run.name}`)
    input.addEventListener("keydown", event => {
      if (event.key == "Enter") input.blur()
      if (event.key == "Escape") { input.value = run[kind]; input.blur() }
      event.stopPropagation()
    })
    input.addEventListener("change", () => {
      model.send_msg({ kind, name: run.name, was: run[kind], value: input.value })
    })
    return input
  }

  const row = run => {
    const box = made("input", { type: "checkbox", value: run.name, checked: model.selected.includes(run.name) })
    box.setAttribute("aria-label", `select ${run.name}`)
    box.addEventListener("change", select)
    const picture = made("td", { className: "picture" })
    if (run.picture) picture.append(made("img", { src: run.picture, alt: `reconstruction of ${run.name}` }))
    const what = made("td", { title: run.ended }, made("div", { textContent: run.parts }),
      made("span", { className: "name", textContent: run.name }))
    if (run.state) what.append(made("span", { className: "state", textContent: `  ${run.state}` }))
    const line = made("tr", { className: box.checked ? "chosen" : "" },
      made("td", {}, box), picture, what,
      made("td", { className: "number", textContent: run.k }),
      made("td", { className: "number", textContent: run.psnr }),
      made("td", { className: "number", textContent: run.saved }),
      made("td", { className: "tags" }, field(run, "tags", "add a tag")),
      made("td", { className: "note" }, field(run, "note", "add a note")))
    line.addEventListener("dblclick", event => {
      if (event.target.tagName != "INPUT") model.send_msg({ kind: "open", name: run.name })
    })
    return line
  }

  const heading = ([word, order]) => {
    const cell = made("th", { scope: "col", className: ["k", "psnr", "saved"].includes(order) ? "number" : "" })
    if (!order) {
      cell.textContent = word
      return cell
    }
    const chosen = model.order == order
    if (chosen) cell.setAttribute("aria-sort", order == "name" ? "ascending" : "descending")
    const button = made("button", { type: "button", textContent: word + (chosen ? (order == "name" ? " ↑" : " ↓") : "") })
    button.setAttribute("aria-label", `sort by ${word}`)
    button.addEventListener("click", () => model.send_msg({ kind: "order", order }))
    cell.append(button)
    return cell
  }

  const draw = () => {
    const active = frame.getRootNode().activeElement
    if (active && active.type == "text") {  // who writes is not disturbed; what is new is drawn afterwards
      active.addEventListener("blur", () => setTimeout(draw), { once: true })
      return
    }
    const kept = frame.scrollTop
    const head = made("thead", {}, made("tr", {}, ...COLUMNS.map(heading)))
    frame.replaceChildren(made("table", {}, head, made("tbody", {}, ...model.rows.map(row))))
    frame.scrollTop = kept
  }

  model.on("file", () => {
    const { name, content } = model.file
    if (!content) return
    const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0))
    const link = made("a", { href: URL.createObjectURL(new Blob([bytes])), download: name })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60000)
  })
  for (const name of ["rows", "order", "selected"]) model.on(name, draw)
  draw()
  return frame
}
