"""`workbench run`: one reconstruction, saved and pictured."""

import argparse
import json
import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.cli import destinations
from workbench.cli.output import Bar, complain, say, say_json
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

    from workbench.experiment import Experiment

SUMMARY = "Run one reconstruction."
EXAMPLES = (
    "workbench run --truth coins --operator Radon --set operator.angles=30 --figure run.png",
    "workbench run --truth photo.png --size 512 --set prior.weight=20 --out run.nc",
    "workbench run run.nc --steps 1000 --json",
)
_PARTS = ("truth", "operator", "noise", "prior", "algorithm")
_NUMBERS = {
    "steps": "iterations (300)",
    "seed": "seed of noise and sampler (0)",
    "device": "cpu, cuda, cuda:0 (cpu)",
    "stop": "end before the last iteration: gap=1e-6, or gap=1e-4,seconds=10, where , is either and & is both",
}
_DIVERGED, _INTERRUPTED = 1, 130


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "spec", nargs="?", help="a .json specification or a saved run to begin with; options override it"
    )
    parser.add_argument("--truth", help="name of a shipped signal (`workbench list truths`), or the path of a file")
    parser.add_argument("--size", help="samples along the longest side: a signal is resampled to it")
    for part in _PARTS[1:]:
        parser.add_argument(f"--{part}", metavar="NAME", help=f"see `workbench list {part}s`")
    parser.add_argument(
        "--set", action="append", default=[], metavar="PART.NAME=VALUE", help="one parameter; repeat it"
    )
    for name, meaning in _NUMBERS.items():
        parser.add_argument(f"--{name}", help=meaning)
    parser.add_argument("--every", type=int, default=1, help="record every so many iterations (1)")
    parser.add_argument("--out", metavar="RUN.nc", help="save the run; an older file stays until the new one is whole")
    parser.add_argument(
        "--figure", metavar="RUN.png", help=f"save pictures and curves ({', '.join(destinations.ENDINGS)})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    if args.every < 1:
        raise Refusal("a whole number from 1 for --every", str(args.every), "record every iteration with 1")
    destinations.require(args.out, args.figure)
    from workbench.cli.choose import choose, specification
    from workbench.experiment import Experiment

    experiment = choose(_words(args), specification(args.spec) if args.spec else Experiment())
    with _interruptible() as interrupted:
        result = record(experiment, args.every, interrupted)
    destinations.write(result, args.out, args.figure)
    _report(result, args)
    if stopped := result.attrs["stopped"]:
        complain(stopped)
    return _INTERRUPTED if interrupted() else _DIVERGED if stopped else 0


def record(experiment: "Experiment", every: int, interrupted: Callable[[], bool]) -> "xr.Dataset":
    """`experiment.run()` with a bar, ended where a person wants it to end; what was reached is kept."""
    from workbench import run, storage
    from workbench.analysis import standard
    from workbench.parameters import describe

    loaded = experiment.truth.loaded()
    problem, algorithm = experiment.problem(loaded.tensor), experiment.algorithm
    bar, log, stopped = Bar(experiment.steps), run.Log(), ""

    def stop(state: run.State) -> bool:
        bar.show(state.k)
        return state.k >= experiment.steps or interrupted()

    states = run.until(run.guard(problem, algorithm, run.iterate(problem, algorithm, seed=experiment.seed)), stop)
    if experiment.stop:
        states = run.until(states, experiment.stop.begin(problem, algorithm))
    try:
        for row in run.observe(problem, states, *standard(problem), every=every):
            log.add(row)
    except run.Diverged as end:
        if not log.ks:
            raise
        log.cut(end.state)
        stopped = str(end)
    finally:
        bar.clear()
    if interrupted():
        stopped = f"stopped by hand at iteration {log.ks[-1]}"
    attrs = {"spec": storage.to_json(describe(experiment)), "stopped": stopped, "device": str(problem.y.device)}
    return storage.with_source(run.with_data(log.dataset(**attrs), problem), loaded)


def _words(args: argparse.Namespace) -> dict[str, str]:
    """The options of the command line by the path of what they set."""
    given = {name: getattr(args, name) for name in (*_PARTS, *_NUMBERS)} | {"truth.size": args.size}
    words = {path: text for path, text in given.items() if text is not None}
    for item in args.set:
        path, equals, text = item.partition("=")
        if not (equals and "." in path):
            raise Refusal("--set part.parameter=value", repr(item), "write, for example, --set prior.weight=20")
        words[path] = text
    return words


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Inside, the first Ctrl-C makes the answer true and the second ends the program."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def ask(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, previous)
        asked.set()

    previous = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, previous)


def _report(result: "xr.Dataset", args: argparse.Namespace) -> None:
    final = {
        n: _number(result[n].values[-1])
        for n in ("objective", "misfit", "prior", "residual", "psnr", "ssim")
        if n in result
    }
    numbers = {"iterations": int(result.k[-1]), "seconds": round(float(result.seconds[-1]), 6)}
    if args.json:
        said = {name: result.attrs[name] for name in ("device", "stopped")} | {"out": args.out, "figure": args.figure}
        source = {"notes": _notes(result), "limits": result.attrs.get("limits")}
        say_json(final | numbers | said | source | {"spec": json.loads(result.attrs["spec"])})
        return
    for note in _notes(result):
        say(f"the file: {note}")
    k, seconds = numbers["iterations"], numbers["seconds"]
    say(f"{k} iterations in {seconds:.3g} s ({k / max(seconds, 1e-9):.3g} it/s) on {result.attrs['device']}")
    say("  ".join(f"{name} {value:.6g}" for name, value in final.items() if value is not None))
    for name in filter(None, (args.out, args.figure)):
        say(f"saved {name}")


def _notes(result: "xr.Dataset") -> list[str]:
    """What was done to the file that the signal comes from."""
    return json.loads(result.attrs.get("notes", "[]"))


def _number(values: Any) -> float | None:
    """The one value of a batch of one; JSON has no words for NaN or infinity."""
    value = float(values.item())
    return value if math.isfinite(value) else None
