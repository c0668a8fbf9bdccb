// What a hand draws on a picture, seen at once; the server hears of it when the hand lets go.
const mode = trail.tags[0]
const kind = cb_obj.event_name
if (!mode) return
if (kind == "panstart") trail.hand = { way: [[cb_obj.x, cb_obj.y]], sx: cb_obj.sx, sy: cb_obj.sy }
const local = { sync: false }
const end = (x, y, twice = 0) => {
  trail.hand = null
  trail.setv({ data: { x: [], y: [] } }, local)
  const count = (done.data.count[0] || 0) + 1  // two alike gestures are two
  done.data = { x, y, count: x.map(() => count), twice: x.map(() => twice) }
}
if (kind == "doubletap") {
  if (mode == "window") end([0], [0], 1)
  return
}
const hand = trail.hand
if (!hand) return
if (mode == "window") {
  const right = cb_obj.sx - hand.sx
  const up = hand.sy - cb_obj.sy
  const level = 127.5 - (up / 200) * 255
  const half = 127.5 * 2 ** (right / 100)
  if (mapper) mapper.setv({ low: level - half, high: level + half }, local)
  if (kind == "panend") end([right], [up])
  return
}
const [x, y] = [cb_obj.x, cb_obj.y]
const last = hand.way[hand.way.length - 1]
if (Math.hypot(x - last[0], y - last[1]) >= 0.5 || kind == "panend") hand.way.push([x, y])
const [a, b] = hand.way[0]
const drawn =
  mode == "way" ? hand.way : mode == "line" ? [[a, b], [x, y]] : [[a, b], [x, b], [x, y], [a, y], [a, b]]
if (kind == "panend") {
  const told = mode == "way" ? hand.way : [[a, b], [x, y]]
  end(told.map(p => p[0]), told.map(p => p[1]))
} else trail.setv({ data: { x: drawn.map(p => p[0]), y: drawn.map(p => p[1]) } }, local)
