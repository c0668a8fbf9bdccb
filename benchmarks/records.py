"""What a saved run costs: the default experiment at 256 x 256 without and with `out`, and the file beside its arrays.

`python -m benchmarks.records --steps 3000 --repetitions 5`. Both take turns in one process; printed, not kept. On a
machine that others share the difference of the two is noise: so the writes and the looks of the ladder are timed, too.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.common import arguments, interleaved
from workbench import storage
from workbench.experiment import Experiment
from workbench.run.keeper import Keeper
from workbench.run.ladder import Ladder
from workbench.storage import Claim

SPENT: dict[str, list[float]] = {}


def timed(cls: type, name: str) -> None:
    """Let a method note the seconds of each of its calls."""
    method: Callable[..., Any] = getattr(cls, name)

    def noted(*given: Any) -> Any:
        begin = time.perf_counter()
        answer = method(*given)
        SPENT.setdefault(f"{cls.__name__}.{name}", []).append(time.perf_counter() - begin)
        return answer

    setattr(cls, name, noted)


def main() -> None:
    found = arguments(__doc__, 5, steps=3000)
    job = Experiment(steps=found.steps)
    for cls, name in ((Keeper, "keep"), (Claim, "write"), (Ladder, "look")):
        timed(cls, name)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        path = Path(folder) / "run.nc"
        times = interleaved({"without": job.run, "saved": lambda: job.run(out=path)}, found.repetitions)
        held, size = storage.load(path).nbytes, path.stat().st_size
    runs = found.repetitions + 2
    without, saved = median(times["without"]), median(times["saved"])
    print(
        f"{found.steps} iterations: {without:.3f} s without, {saved:.3f} s saved ({100 * (saved / without - 1):.1f} %)"
    )
    for name, seconds in SPENT.items():
        print(f"{name}: {len(seconds) / runs:.1f} calls a run, median {1e3 * median(seconds):.2f} ms")
    ends = sum(SPENT["Claim.write"]) / len(SPENT["Claim.write"])
    all_of_it = (sum(SPENT.get("Keeper.keep", [])) + sum(SPENT["Ladder.look"])) / runs + ends
    print(f"together {1e3 * all_of_it:.0f} ms a run, {100 * all_of_it / without:.2f} % of one that is not saved")
    print(f"{size / held:.3f} bytes on disk for one held")


if __name__ == "__main__":
    main()
