"""What visitors of a served page leave behind: memory, live objects and idle work of the server after many visits.

`python -m benchmarks.visits --repetitions 50 --side 64`: every visit opens the page with nothing kept of those before,
watches until its picture moves, and leaves. Once the server has let the page go and given its memory back, it is looked
at: what it holds, how many objects Python's collector knows, and, after some of the visits, what it does when nobody is
there. Goals: idle work as after one visit, memory within 40 MiB, no object for each visit.
"""

import gc
import time
from urllib.request import urlopen

import psutil

from benchmarks.common import arguments, publish, table
from benchmarks.serving import while_serving
from benchmarks.visitor import Guests

HEAD = ("visits", "MiB of the server", "since the first, MiB", "objects since the first", "idle work, % of a core")
QUERY = "/?truth=camera&truth.size={side}&steps=1000000"
FORGET, SWEPT, IDLE = 180.0, 2.0, 3.0  # seconds for a page to go, until memory is given back, of idling
ROWS = (1, 2, 5, 10, 16, 20, 30, 40, 50, 75, 100, 150, 200, 250, 300)


def gone(url: str) -> None:
    """Return when the server has let every page go."""
    end = time.monotonic() + FORGET
    while time.monotonic() < end:
        with urlopen(f"{url}/metrics") as answer:
            if b"workbench_visitors 0.0" in answer.read():
                return
        time.sleep(0.3)
    raise TimeoutError(f"the server still keeps a page {FORGET:g} s after it was left")


def measure(url: str, visits: int, side: int) -> None:
    """Visit, leave, look."""
    process, looked = psutil.Process(), sorted({*ROWS, visits})
    held, objects, idle = list[float](), list[int](), dict[int, float]()
    guests = Guests(url + QUERY.format(side=side))
    for n in range(1, visits + 1):
        guests.visit()
        gone(url)
        time.sleep(SWEPT)
        held.append(process.memory_info().rss / 2**20)
        objects.append(len(gc.get_objects()))
        if n in looked:
            process.cpu_percent()
            time.sleep(IDLE)
            idle[n] = process.cpu_percent()
            print(f"{n}: {held[-1]:.0f} MiB, {objects[-1]} objects, idle {idle[n]:.1f} %", flush=True)
    guests.end()
    rows = [
        (n, f"{held[n - 1]:.0f}", f"{held[n - 1] - held[0]:+.0f}", f"{objects[n - 1] - objects[0]:+d}", f"{each:.1f}")
        for n, each in idle.items()
    ]
    note = f"camera of {side} px, {visits} visits in turn; Chromium on the same cores, resident memory of the server."
    name = "visits" if side == 64 else f"visits_{side}"
    found = {"side": side, "MiB": held, "objects": objects, "idle %": idle}
    publish(name, found, note, table(HEAD, rows))


def main() -> None:
    given = arguments(__doc__, repetitions=50, side=64)
    while_serving(lambda url: measure(url, given.repetitions, given.side))


if __name__ == "__main__":
    main()
