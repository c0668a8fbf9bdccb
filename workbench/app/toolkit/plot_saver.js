// A button on every plot of Bokeh that saves it: as it is drawn, PNG or SVG, or its numbers, CSV.
const LOOK = `
.save { position: absolute; top: 2px; right: 2px; z-index: 5; display: flex; gap: 2px; opacity: 0; }
.save:focus-within, .save.open { opacity: 1; }
:host(:hover) .save { opacity: 1; }
.save button { font: 600 11px/20px Roboto, Helvetica, Arial, sans-serif; min-width: 24px; height: 22px; padding: 0 5px;
  border: 1px solid #6b7785; border-radius: 4px; background: #fff; color: #1f2a36; cursor: pointer; }
.save button:focus-visible { outline: 3px solid #4f9edb; outline-offset: 1px; }
.save .kind { display: none; }
.save.open .kind { display: inline-block; }
@media (hover: none) { .save { opacity: 0.7; } }
`
const EVERY = 1000 // milliseconds between two looks for plots that are new
const FIELDS = ["x", "xs", "x0", "x1", "left", "right", "y", "ys", "y0", "y1", "y2", "top", "bottom", "width", "text"]

const label = axes => axes.map(axis => axis.axis_label).find(text => text) || ""
const axesOf = figure => [label([...figure.below, ...figure.above].filter(a => "axis_label" in a)),
  label([...figure.left, ...figure.right].filter(a => "axis_label" in a))]

const legends = figure => [...figure.above, ...figure.below, ...figure.left, ...figure.right, ...figure.center]
  .filter(each => each.type == "Legend").flatMap(each => each.items)
const nameOf = (figure, renderer) => {
  const item = legends(figure).find(each => each.renderers.includes(renderer))
  return (item && (item.label.value ?? item.label)) || renderer.name || ""
}

const number = value => typeof value == "number" && !Number.isFinite(value) ? "" : value
const quoted = value => {
  const text = String(number(value) ?? "")
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
// What is drawn in single precision has seven digits.
const told = (value, column) => column instanceof Float32Array && Number.isFinite(value) ? +value.toPrecision(7) : value
// The points of many lines in one column, with an empty row between two of them.
const flat = column => [...column].flatMap((part, at) => typeof part == "object" && part !== null && "length" in part
  ? [...(at ? [""] : []), ...part] : [part])

const curves = figure => {
  const [x, y] = axesOf(figure), columns = [], known = new Set()
  for (const renderer of figure.renderers.filter(each => each.visible && each.glyph)) {
    const { data } = renderer.data_source, name = nameOf(figure, renderer)
    for (const key of FIELDS) {
      const field = renderer.glyph[key]?.field
      const column = field && data[field]
      if (!column || !column.length || known.has(column)) continue
      known.add(column)
      const across = key[0] == "x" || ["left", "right", "width"].includes(key)
      const plain = ["x", "xs", "y", "ys", "value", "text", "k", "distance"].includes(field)
      const who = [across ? "" : name, plain || field == name ? "" : field].filter(each => each).join(" ")
      const axis = key == "text" ? "text" : across ? x : y
      const rows = flat(column).map(value => told(value, column))
      columns.push([who && axis ? `${who} (${axis})` : who || axis || field, rows])
    }
  }
  const rows = Math.max(0, ...columns.map(([, values]) => values.length))
  const lines = Array.from({ length: rows }, (_, at) => columns.map(([, values]) => quoted(values[at] ?? "")).join(","))
  return [columns.map(([head]) => quoted(head)).join(","), ...lines]
}

const picture = figure => {
  const drawn = figure.renderers.find(each => each.glyph?.type == "Image" && each.data_source.data.image?.length)
  if (!drawn) return null
  const { data } = drawn.data_source, pixels = data.image[0]
  const [rows, columns] = pixels.shape || [pixels.length, pixels[0].length]
  const bytes = pixels.shape ? pixels : pixels.flat()
  const [low, high] = figure.tags.length == 2 ? figure.tags : [0, 255]
  const scaled = figure.tags.length == 2
  const value = at => scaled ? +(low + (bytes[at] / 255) * (high - low)).toPrecision(4) : told(bytes[at], bytes)
  const head = scaled ? `# values to 1/255 of the range ${low} to ${high}; "Save run" keeps all digits` : "# values"
  const line = r => Array.from({ length: columns }, (_, c) => quoted(value(r * columns + c))).join(",")
  return [head, ...Array.from({ length: rows }, (_, r) => line(r))]
}

export const csv = figure => {
  const [x, y] = axesOf(figure), title = figure.name || [y, x].filter(each => each).join(" against ")
  return [`# ${title}`, `# ${window.location.href}`, ...(picture(figure) || curves(figure))].join("\n") + "\n"
}

const paper = () => {
  for (let node = document.body; node; node = node.parentElement) {
    const colour = getComputedStyle(node).backgroundColor
    if (colour && !/rgba\(.*, 0\)|transparent/.test(colour)) return colour
  }
  return "#fff"
}

const onPaper = async layer => {
  const sheet = document.createElement("canvas")
  Object.assign(sheet, { width: layer.canvas.width, height: layer.canvas.height })
  const pen = sheet.getContext("2d")
  pen.fillStyle = paper()
  pen.fillRect(0, 0, sheet.width, sheet.height)
  pen.drawImage(layer.canvas, 0, 0)
  return new Promise(done => sheet.toBlob(done, "image/png"))
}

const drawing = async layer => {
  const text = await (await layer.to_blob()).text()
  const sheet = text.replace(/(<svg[^>]*>)/, `$1<rect width="100%" height="100%" fill="${paper()}"/>`)
  return new Blob([sheet], { type: "image/svg+xml" })
}

const MADE = {
  png: view => onPaper(view.export("png", true)),
  svg: view => drawing(view.export("svg", false)),
  csv: view => new Blob([csv(view.model)], { type: "text/csv" }),
}

const save = async (view, kind) => {
  const [x, y] = axesOf(view.model), name = view.model.name || [y, x].filter(each => each).join(" against ") || "plot"
  const link = document.createElement("a")
  link.href = URL.createObjectURL(await MADE[kind](view))
  link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").toLowerCase()}.${kind}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

const equip = view => {
  const box = document.createElement("div"), style = document.createElement("style")
  box.className = "save"
  style.textContent = LOOK
  const button = (text, words, press) => {
    const made = document.createElement("button")
    Object.assign(made, { type: "button", textContent: text, title: words })
    made.setAttribute("aria-label", words)
    made.addEventListener("click", press)
    // A figure takes what is pressed on it for a gesture.
    for (const name of ["pointerdown", "pointerup", "dblclick"]) made.addEventListener(name, e => e.stopPropagation())
    return made
  }
  const toggle = button("⤓", "Save this plot", () => {
    toggle.setAttribute("aria-expanded", box.classList.toggle("open"))
  })
  toggle.setAttribute("aria-expanded", false)
  const kinds = Object.keys(MADE).map(kind => {
    const made = button(kind.toUpperCase(), `Save as ${kind.toUpperCase()}`, async () => {
      await save(view, kind)
      box.classList.remove("open")
      toggle.setAttribute("aria-expanded", false)
    })
    made.classList.add("kind")
    return made
  })
  box.append(...kinds, toggle)
  view.shadow_el.append(style, box)
}

export function render({ model }) {
  const equipped = new WeakSet()
  const look = () => {
    for (const document of Bokeh.documents) {
      for (const each of document._all_models.values()) {
        const view = each.type == "Figure" ? Bokeh.index.find_one(each) : null
        if (view?.shadow_el?.isConnected && !equipped.has(view)) {
          equipped.add(view)
          equip(view)
        }
      }
    }
  }
  const timer = setInterval(look, EVERY)
  model.on("remove", () => clearInterval(timer))
  return document.createElement("span")
}
