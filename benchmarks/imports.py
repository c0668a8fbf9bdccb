"""Seconds that the core's import costs over torch's, and those of a second start of the page: fresh processes.

`python -m benchmarks.imports --repetitions 5`; the byte code and the kernels are compiled already.
"""

import os
import pkgutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import workbench
from benchmarks.common import arguments, between, publish, summary, table

PORT = 5596
HEAD = ("", "median s", "quartiles", "goal")
CLOCK = "import time; a = time.perf_counter(); {}; b = time.perf_counter(); {}; print(b - a, time.perf_counter() - b)"
NOUNS = "import torch, workbench.experiment"
LIST, RUN = ("list",), ("run", "--size", "64", "--steps", "100")
KERNELS = "import workbench.kernels.tv.numba, workbench.kernels.radon.numba"


def core() -> str:
    """An import of every module of the core but the compiled kernels and the command line."""
    found = (m.name for m in pkgutil.walk_packages(workbench.__path__, "workbench.", lambda name: None))
    left_out = ("workbench.app", "workbench.cli", "workbench.__main__")
    compiled = (".numba", ".rows", ".tgv.look", ".tgv.maps", "triton")
    return "import " + ", ".join(n for n in found if not n.startswith(left_out) and not n.endswith(compiled))


def seconds(first: str, then: str) -> tuple[float, float]:
    """Of two statements in a fresh process, one after the other."""
    program = CLOCK.format(first, then)
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    a, b = told.split()
    return float(a), float(b)


def start() -> float:
    """From the command to a page that answers."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "workbench", "serve", "--port", str(PORT)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while server.poll() is None and time.perf_counter() - begin < 60:
            try:
                with urllib.request.urlopen(f"http://localhost:{PORT}/", timeout=30) as answer:
                    answer.read()
                return time.perf_counter() - begin
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.02)
        return float("nan")
    finally:
        if server.poll() is None:
            os.kill(server.pid, signal.SIGTERM)
        server.wait(20)


def command(*words: str) -> float:
    """A whole process of the command line."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "workbench", *words], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def main() -> None:
    given = arguments(__doc__, repetitions=5)
    everything = core()
    seconds("import torch", everything)
    torch_alone, nouns, modules, kernels, starts, lists, runs = [], [], [], [], [], [], []
    for words in (LIST, RUN):
        command(*words)
    for _ in range(given.repetitions):
        a, b = seconds("import torch", NOUNS)
        torch_alone.append(a)
        nouns.append(b)
        modules.append(seconds("import torch", everything)[1])
        kernels.append(seconds(NOUNS, KERNELS)[1])
        starts.append(start())
        lists.append(command(*LIST))
        runs.append(command(*RUN))
    found = {
        "import torch": summary(torch_alone),
        "over that, import workbench.experiment: all that a script needs": summary(nouns),
        f"over that, all {everything.count(',') + 1} modules of the core": summary(modules),
        "over both, the compiled kernels (Numba), at their first use": summary(kernels),
        "workbench serve, second start, until the page answers": summary(starts),
        "workbench list, second start": summary(lists),
        "workbench run of 64 x 64 px, 100 iterations, second start": summary(runs),
    }
    goals = ("", "0.7", "0.7", "", "15", "1", "2.5")
    rows = [(n, s["median"], between(s), goal) for (n, s), goal in zip(found.items(), goals, strict=True)]
    publish("imports", {"seconds": found}, f"{given.repetitions} fresh processes each, in turn.", table(HEAD, rows))


if __name__ == "__main__":
    main()
