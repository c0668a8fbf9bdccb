"""What visitors of a served page leave behind: memory and idle work of the server after each of many visits.

`python -m benchmarks.visits --repetitions 50 --side 64`: every visit opens the page in a Chromium of its own, watches
until its picture moves, and leaves. The server is then left alone until it has let the page go, and looked at. Goals:
after 50 visits idle work as after one, memory within 40 MiB.
"""

import time

import psutil

from benchmarks.common import arguments, publish, table
from benchmarks.serving import while_serving
from benchmarks.visitor import Visitor

HEAD = ("visits", "MiB of the server", "since the first, MiB", "idle work, % of a core")
QUERY = "/?truth=camera&truth.size={side}&steps=1000000"
FORGET, IDLE = 10.0, 3.0  # seconds until a page that was left is gone, and that are looked at after it
ROWS = (1, 2, 5, 10, 16, 20, 30, 40, 50, 75, 100)


def measure(url: str, visits: int, side: int) -> None:
    """Visit, leave, look."""
    process = psutil.Process()
    found = []
    for _ in range(visits):
        visitor = Visitor(url + QUERY.format(side=side))
        visitor.wait()
        visitor.leave()
        time.sleep(FORGET)
        process.cpu_percent()
        time.sleep(IDLE)
        found.append((process.memory_info().rss / 2**20, process.cpu_percent()))
    first = found[0][0]
    rows = [
        (n, f"{found[n - 1][0]:.0f}", f"{found[n - 1][0] - first:+.0f}", f"{found[n - 1][1]:.1f}")
        for n in sorted({*ROWS, visits})
        if n <= visits
    ]
    note = f"camera of {side} px, {visits} visits in turn; Chromium on the same cores, resident memory of the server."
    name = "visits" if side == 64 else f"visits_{side}"
    publish(
        name, {"side": side, "MiB": [m for m, _ in found], "idle %": [c for _, c in found]}, note, table(HEAD, rows)
    )


def main() -> None:
    given = arguments(__doc__, repetitions=50, side=64)
    while_serving(lambda url: measure(url, given.repetitions, given.side))


if __name__ == "__main__":
    main()
