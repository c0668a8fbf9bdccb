"""The page as a person meets it: seconds to a picture that moves, and how long clicks wait while a run is on.

`python -m benchmarks.page --repetitions 5 --clicks 10`: each repetition opens the default page anew, in a fresh
Chromium with an empty cache, and clicks Pause and Play in turn.
"""

from itertools import chain
from typing import Any

from benchmarks.common import arguments, between, publish, summary, table
from benchmarks.serving import while_serving
from benchmarks.visitor import Visitor

HEAD = ("", "median", "quartiles", "worst", "goal")
QUERY = "/?steps=1000000"  # the default experiment, going on for as long as somebody looks


def measure(url: str, repetitions: int, clicks: int) -> None:
    """Visit and tell."""
    visits: list[dict[str, Any]] = []
    for _ in range(repetitions):
        visitor = Visitor(url + QUERY, clicks)
        visitor.wait()
        visits.append(visitor.leave())
        if len(visits[-1]["play ms"]) < clicks:
            raise RuntimeError(f"the visit broke off: {visits[-1]['errors']}")
    found = {
        "first picture, s": summary([v["first picture s"] for v in visits]),
        "picture moves, s": summary([v["moving picture s"] for v in visits]),
        "Pause answered, run on, ms": summary(list(chain.from_iterable(v["pause ms"] for v in visits))),
        "Play answered, run paused, ms": summary(list(chain.from_iterable(v["play ms"] for v in visits))),
    }
    goals = {"picture moves, s": "3", "Pause answered, run on, ms": "150 (median)"}
    rows = [(n, s["median"], between(s), s["worst"], goals.get(n, "")) for n, s in found.items()]
    away, errors = ([x for v in visits for x in v[name]] for name in ("away", "errors"))
    note = (
        f"{repetitions} visits, {clicks} clicks of each button a visit; Chromium, rendering in software, on the same "
        "cores as the server. From the start of navigation; from the event of the click, as the browser dates it, "
        f"until the button is grey and a frame is drawn. Requests that left the machine: {len(away)}; errors: "
        f"{len(errors)}."
    )
    publish("page", {"times": found, "away": away, "errors": errors}, note, table(HEAD, rows))


def main() -> None:
    given = arguments(__doc__, repetitions=5, clicks=10)
    while_serving(lambda url: measure(url, given.repetitions, given.clicks))


if __name__ == "__main__":
    main()
