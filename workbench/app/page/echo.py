"""What the browser has painted: a slow one is sent no more than it can show, and has time left for its person."""

import time

import param
from panel.custom import JSComponent

_BUILDING = 0.5  # seconds between two drawings while the browser has not yet answered at all
_LOST = 3.0  # seconds after which an answer is not waited for: a tab in the background paints nothing


class Echo(JSComponent):
    """A number that is sent with each drawing, and comes back when the browser has painted.

    Messages wait in line in the browser. Were it sent drawings faster than it paints, the line would grow, and a click
    would be answered at its end. So the next drawing leaves when the last one is painted and as much time has passed
    again, which is the person's: their clicks are never behind more than one drawing.
    """

    sent = param.Integer(0)
    painted = param.Integer(-1)

    _esm = """
    export function render({ model }) {
      const answer = () => requestAnimationFrame(() => setTimeout(() => { model.painted = model.sent }))
      model.on("sent", answer)
      answer()
      return document.createElement("span")
    }
    """

    def __init__(self, browser: bool) -> None:
        super().__init__(width=0, height=0, margin=0)
        self._browser = browser
        self._left, self._next = 0.0, 0.0
        self.param.watch(lambda event: self._answered(), "painted")

    def send(self) -> None:
        """Count one more drawing; the last thing to change in it."""
        self._left = time.perf_counter()
        self._next = self._left + (_BUILDING if self.painted < 0 else _LOST)
        self.sent += 1

    def free(self) -> bool:
        """Whether the browser may be sent another drawing. Without one there is nobody to wait for."""
        return not self._browser or time.perf_counter() >= self._next

    def _answered(self) -> None:
        if self.painted == self.sent:
            now = time.perf_counter()
            self._next = now + min(now - self._left, _LOST)
