// Pictures of eight bits and curves of floats on canvases: what the kernel sends is drawn, and the kernel hears that it was.

const MAPS = {
  gray: [[0, 0, 0], [255, 255, 255]],
  RdBu_r: [[5, 48, 97], [67, 147, 195], [247, 247, 247], [214, 96, 77], [103, 0, 31]],
  viridis: [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]],
};
const WIDTH = 340, HEIGHT = 190, LEFT = 58, BOTTOM = 34, TOP = 16, RIGHT = 10, APART = 30;

function table(name) {
  const ends = MAPS[name], lut = new Uint8ClampedArray(768);
  for (let i = 0; i < 256; i++) {
    const at = i / 255 * (ends.length - 1), low = Math.min(Math.floor(at), ends.length - 2), part = at - low;
    for (let c = 0; c < 3; c++) lut[3 * i + c] = ends[low][c] + part * (ends[low + 1][c] - ends[low][c]);
  }
  return lut;
}
const TABLES = Object.fromEntries(Object.keys(MAPS).map(name => [name, table(name)]));

async function inflated(view) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

function drawPicture(canvas, panel, bytes) {
  const colours = bytes.length === 3 * panel.width * panel.height, lut = TABLES[panel.map];
  canvas.width = panel.width;
  canvas.height = panel.height;
  const image = new ImageData(panel.width, panel.height);
  for (let i = 0; i < panel.width * panel.height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = colours ? bytes[3 * i + c] : lut[3 * bytes[i] + c];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function ticks(low, high, log) {
  if (log && high - low >= 1) {
    const step = Math.ceil((high - low) / 4), all = [];
    for (let n = Math.ceil(low); n <= high; n += step) all.push([n, "1e" + n]);
    return all;
  }
  const rough = (high - low) / 4, size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(m => m * size).find(s => s >= rough), all = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) {
    const value = log ? 10 ** (n * step) : n * step;
    all.push([n * step, Number(value.toPrecision(3)).toString()]);
  }
  return all;
}

function reach(values) {
  let low = Infinity, high = -Infinity;
  for (const v of values) if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
  if (!(low < high)) { const room = Math.abs(low) * 0.01 || 0.5; return Number.isFinite(low) ? [low - room, low + room] : [0, 1]; }
  return [low, high];
}

// A line at each mark; words that would lie over others stand a row above them.
function drawMarks(pen, marks) {
  const rows = [];
  pen.strokeStyle = pen.fillStyle = "#f08c00";
  pen.textAlign = "left";
  for (const [at, text] of marks) {
    pen.beginPath(); pen.moveTo(at, TOP); pen.lineTo(at, HEIGHT - BOTTOM); pen.stroke();
    const length = pen.measureText(text).width, left = at > WIDTH / 2 ? at - 3 - length : at + 3;
    const free = rows.findIndex(row => row.every(([low, high]) => left > high || left + length < low));
    const row = free < 0 ? rows.push([]) - 1 : free;
    rows[row].push([left - 4, left + length + 4]);
    if (TOP + 12 < HEIGHT - BOTTOM - 5 - 12 * row) pen.fillText(text, left, HEIGHT - BOTTOM - 5 - 12 * row);
  }
}

function drawCurves(canvas, panel, floats) {
  const ratio = window.devicePixelRatio || 1, pen = canvas.getContext("2d");
  canvas.width = WIDTH * ratio;
  canvas.height = HEIGHT * ratio;
  pen.scale(ratio, ratio);
  const count = floats.length / (2 * panel.lines.length), rows = [];
  for (let i = 0; i < panel.lines.length; i++) {
    const x = floats.subarray(2 * i * count, (2 * i + 1) * count), y = floats.subarray((2 * i + 1) * count, (2 * i + 2) * count);
    rows.push([x, panel.log ? y.map(v => v > 0 ? Math.log10(v) : NaN) : y]);
  }
  const [x0, x1] = reach(rows.flatMap(([x, y]) => Array.from(x).filter((_, i) => Number.isFinite(y[i]))));
  const [y0, y1] = reach(rows.flatMap(([, y]) => Array.from(y)));
  const across = v => LEFT + (v - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT);
  const up = v => HEIGHT - BOTTOM - (v - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM);
  const ink = getComputedStyle(canvas).color;
  pen.font = "11px sans-serif";
  pen.fillStyle = pen.strokeStyle = ink;
  pen.lineWidth = 0.5;
  pen.strokeRect(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
  pen.textAlign = "center";
  let last = -Infinity;
  for (const [at, text] of panel.ticks.length ? panel.ticks : ticks(x0, x1, false)) {
    if (at < x0 || at > x1 || across(at) - last < APART) continue;
    last = across(at);
    pen.fillText(text, last, HEIGHT - BOTTOM + 13);
  }
  pen.fillText(panel.x, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5);
  pen.textAlign = "right";
  for (const [at, text] of ticks(y0, y1, panel.log)) pen.fillText(text, LEFT - 4, up(at) + 4);
  pen.textAlign = "left";
  pen.fillText(panel.y, 4, 11);
  drawMarks(pen, panel.marks.filter(([at]) => at >= x0 && at <= x1).map(([at, text]) => [across(at), text]));
  pen.textAlign = "right";
  panel.lines.forEach((line, i) => {
    pen.strokeStyle = pen.fillStyle = line.colour;
    pen.lineWidth = 1.6;
    pen.beginPath();
    let drawing = false;
    rows[i][0].forEach((x, j) => {
      const y = rows[i][1][j];
      if (Number.isFinite(x) && Number.isFinite(y)) drawing ? pen.lineTo(across(x), up(y)) : pen.moveTo(across(x), up(y));
      drawing = Number.isFinite(y);
    });
    pen.stroke();
    if (panel.lines.length > 1) pen.fillText(line.name, WIDTH - RIGHT - 4, TOP + 12 * (i + 1));
  });
}

function place(el, places, panel) {
  if (!places.has(panel.place)) {
    const figure = document.createElement("figure"), canvas = document.createElement("canvas"), words = document.createElement("figcaption");
    figure.append(canvas, words);
    const next = [...places.keys()].filter(n => n > panel.place).sort((a, b) => a - b)[0];
    el.insertBefore(figure, next === undefined ? null : places.get(next).figure);
    places.set(panel.place, { figure, canvas, words });
  }
  return places.get(panel.place);
}

async function draw(el, places, panel) {
  const { figure, canvas, words } = place(el, places, panel), buffer = await inflated(panel.data);
  figure.className = panel.kind;
  if (panel.kind === "picture") drawPicture(canvas, panel, new Uint8Array(buffer));
  else drawCurves(canvas, panel, new Float32Array(buffer));
  words.textContent = [panel.title, panel.caption].filter(Boolean).join(" · ");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.textContent);
}

// Arrows that move a slider are its own: Jupyter Notebook 7 takes them for the notebook, unless an element says not to.
const MOVES = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);
window.addEventListener("keydown", event => {
  const thumb = event.target instanceof Element ? event.target.closest(".noUi-handle") : null;
  if (thumb?.closest(".jp-OutputArea-output")?.querySelector(".workbench-screen"))
    thumb.toggleAttribute("data-lm-suppress-shortcuts", MOVES.has(event.key));
}, true);

export function render({ model, el }) {
  el.classList.add("workbench-screen");
  const places = new Map(), gone = document.createElement("p");
  el.append(gone);
  let busy = Promise.resolve(), stopped = false;
  const show = name => {
    busy = busy.then(async () => {
      if (stopped) return;
      const panels = model.get(name), wanted = new Set([...model.get("fixed"), ...model.get("moving")].map(p => p.place));
      for (const panel of panels) await draw(el, places, panel);
      for (const [key, { figure }] of places) if (!wanted.has(key)) { figure.remove(); places.delete(key); }
      if (name === "moving") { model.set("drawn", model.get("shown")); model.save_changes(); }
    }).catch(error => console.error(error));
  };
  const fixed = () => show("fixed"), moving = () => show("moving");
  // The kernel ended, or closed the workbench: the canvases keep what they show. Pictures that are still on their way do not
  // take the words away: a model whose kernel has gone never lives again.
  const left = () => { gone.textContent = model.get("farewell"); };
  model.on("change:fixed", fixed);
  model.on("change:moving", moving);
  model.on("comm_live_update", left);
  fixed();
  moving();
  return () => {
    stopped = true;
    model.off("change:fixed", fixed);
    model.off("change:moving", moving);
    model.off("comm_live_update", left);
  };
}

export default { render };
