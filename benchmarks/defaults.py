"""What an experiment runs when nobody names a method, beside PDHG, which was the default until commit 25577db.

`python -m benchmarks.defaults`: six problems of 256 x 256, single precision, one thread; both from the same start, in
turn, until 1e-4 of the optimum, which is the objective of the first after `settle` seconds in double precision.
"""

from typing import Any

from benchmarks.common import arguments, publish, table
from benchmarks.imaging import NEAR, cases, median, optimum, ours, single, tried
from workbench.algorithms import PDHG
from workbench.algorithms.choice import suited

HEAD = ("", *(f"s to {near:g}" for near in NEAR), "iterations", "ends")


def main() -> None:
    given = arguments(__doc__, repetitions=1, limit=15, settle=60)
    results, texts = {}, []
    for case in cases():
        algorithm, why = suited(single(case.problem))
        best = optimum(case.problem, given.settle).value
        runs: dict[str, list[dict[str, Any]]] = {}
        for _ in range(given.repetitions):
            for rival in (algorithm, PDHG()):
                runs.setdefault(type(rival).__name__, []).append(tried(case, best, given.limit, ours(rival)))
        rows = []
        for name, tries in runs.items():
            times = ["not reached" if (t := median(tries, near)) is None else t for near in NEAR]
            rows.append((name, *times, tries[-1]["iterations"], f"{tries[-1]['excess']:.1e} above"))
        results[case.name] = {"optimum": best, "runs": runs, "why": why}
        texts.append(f"## {case.name}\n\n{why}.\n\n{table(HEAD, rows)}")
    publish("defaults", results, f"Median of {given.repetitions}; up to {given.limit} s each.", *texts)


if __name__ == "__main__":
    main()
