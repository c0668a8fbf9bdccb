"""What every benchmark shares: interleaved timings, the machine they hold for, and a result as JSON and as a table."""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from workbench.progress import counted
from workbench.refusal import Refusal

RESULTS = Path(__file__).parent / "results"
PACKAGES = (
    "torch", "numpy", "numba", "xarray", "scipy", "scikit-image", "astra-toolbox", "deepinv", "pylops", "pyproximal",
    "scico", "jax", "odl",
    "panel", "bokeh", "cvxpy",
)  # fmt: skip


def arguments(doc: str | None, repetitions: int, **numbers: int) -> argparse.Namespace:
    """The command line of a benchmark: repetitions, threads, and numbers of its own."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    own = {"repetitions": repetitions, "threads": torch.get_num_threads()} | numbers
    for name, value in own.items():
        parser.add_argument(f"--{name}", type=int, default=value, help=f"default {value}")
    found = parser.parse_args()
    torch.set_num_threads(found.threads)
    return found


def interleaved(
    contenders: Mapping[str, Callable[[], object]],
    repetitions: int,
    clock: Callable[[], float] = time.perf_counter,
    warm: int = 2,
) -> dict[str, list[float]]:
    """Seconds of each call, one call of each contender in turn, so that a disturbance meets all of them alike.

    The order rotates: nobody always follows the one who leaves the worst cache behind. Two calls warm up. By the clock
    `time.process_time` what other processes take does not count.
    """
    names = list(contenders)
    for name in names * warm:
        contenders[name]()
    times: dict[str, list[float]] = {name: [] for name in names}
    for k in counted(range(repetitions), repetitions, "rounds"):
        for name in names[k % len(names) :] + names[: k % len(names)]:
            begin = clock()
            contenders[name]()
            times[name].append(clock() - begin)
    return times


def summary(times: Sequence[float], scale: float = 1.0) -> dict[str, float]:
    """Median, quartiles and extremes."""
    ordered = sorted(scale * t for t in times)
    low, high = np.quantile(ordered, (0.25, 0.75)).tolist()
    return {
        "median": statistics.median(ordered),
        "quartile_1": low,
        "quartile_3": high,
        "least": ordered[0],
        "worst": ordered[-1],
        "count": len(ordered),
    }


def fastest(found: Mapping[str, Mapping[str, float]]) -> tuple[str, float]:
    """Of those whose names do not begin with "ours", the fastest, and how many times longer than "ours" it takes."""
    others = {name: times["median"] for name, times in found.items() if not name.startswith("ours")}
    name = min(others, key=others.__getitem__)
    return name, others[name] / found["ours"]["median"]


def away(other: Any, ours: Tensor) -> float:
    """|other - ours| / |ours|, arrays of any library and of any shape, entry by entry."""
    difference = torch.from_numpy(np.asarray(other).copy()).reshape(-1) - ours.reshape(-1)
    return float(difference.norm() / ours.norm())


def require_equal(results: Mapping[str, Any], ours: Tensor, tolerance: float) -> dict[str, float]:
    """How far each result is from ours; Refusal of any that is further than so: then the work was not the same."""
    found = {name: away(other, ours) for name, other in results.items()}
    for name, distance in found.items():
        if not distance <= tolerance:
            raise Refusal(
                f"results within {tolerance:g} of ours", f"{distance:.1e} by {name}", "solve the same problem"
            )
    return found


def between(found: Mapping[str, float]) -> str:
    """The quartiles of a summary, in words."""
    return f"{found['quartile_1']:.3g} to {found['quartile_3']:.3g}"


def machine() -> dict[str, Any]:
    """What a timing holds for."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "command": " ".join([Path(sys.executable).name, "-m", _module(), *sys.argv[1:]]),
        "interpreter": sys.executable,
        "devices": [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())],
        "processor": _processor(),
        "cores": os.cpu_count(),
        "cores allowed": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "niceness": os.nice(0),
        "torch threads": torch.get_num_threads(),
        "load average at the end": [round(load, 2) for load in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": found,
    }


def _module() -> str:
    return f"benchmarks.{Path(sys.argv[0]).stem}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(c) for c in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def publish(name: str, results: Mapping[str, Any], *texts: str) -> None:
    """Write results/<name>.json and, with the tables, results/<name>.md; print the latter."""
    RESULTS.mkdir(exist_ok=True)
    where = machine()
    (RESULTS / f"{name}.json").write_text(json.dumps({"machine": where} | dict(results), indent=1) + "\n")
    versions = ", ".join(f"{package} {version}" for package, version in where["versions"].items())
    note = (
        f"`{where['command']}` · {where['date']} · {where['processor']}, {where['cores']} cores, "
        f"{where['cores allowed']} allowed, {where['torch threads']} torch threads, niceness {where['niceness']}, "
        f"load {where['load average at the end'][0]} · "
        f"Python {where['python']}, {versions}"
    )
    page = "\n\n".join([f"# {name}", *texts, note]) + "\n"
    (RESULTS / f"{name}.md").write_text(page)
    print(page)
