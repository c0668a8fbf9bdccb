"""`workbench run`: one reconstruction, saved and pictured."""

import argparse
import json
import math
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.experiment import destinations, wanted
from workbench.cli.output import complain, say, say_json
from workbench.progress import interruptible
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import xarray as xr

    from workbench.experiment import Experiment
    from workbench.records import Repetition
    from workbench.storage import Claim

SUMMARY = "Run one reconstruction."
EXAMPLES = (
    "workbench run --truth coins --operator Radon --set operator.angles=30 --figure run.png",
    "workbench run --truth photo.png --size 512 --set prior.weight=20 --out run.nc",
    "workbench run --data scan.h5::/exchange/data[:,3] --operator Radon --set operator.angles=scan.h5::/exchange/theta",
    "workbench run --data scan.h5::/exchange/data[:,3] --set data.steps=FlatField,MinusLog "
    "--set data.steps.1.flat=scan.h5::/exchange/data_white[:,3] --operator Radon --set operator.offset=auto",
    "workbench run --truth coins --set prior.weight=auto",
    "workbench run run.nc --steps 1000 --json",
)
UNKNOWN = ("psnr",)  # what is null where there is no truth
_REASONS = ("offset_reason", "pattern_reason", "weight_reason")  # why numbers that were found are what they are
_BROKEN, _UNSAVED, _INTERRUPTED = 1, 1, 130


def options(parser: argparse.ArgumentParser) -> None:
    wanted.options(parser)
    parser.add_argument(
        "--again", action="store_true", help="begin a saved run again where it would go on: with more --steps alone"
    )
    parser.add_argument("--every", type=int, help="record every so many iterations (1, or as before)")
    parser.add_argument("--out", metavar="RUN.nc", help="save the run while it goes, whole each time, and at its end")
    parser.add_argument("--keep", action="store_true", help="keep the run in the folder that `workbench runs` lists")
    parser.add_argument(
        "--figure", metavar="RUN.png", help=f"save pictures and curves ({', '.join(destinations.ENDINGS)})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    if args.every is not None and args.every < 1:
        raise Refusal("a whole number from 1 for --every", str(args.every), "record every iteration with 1")
    from workbench import run_folder

    destinations.require(args.out, args.figure)
    if args.keep:
        destinations.require(str(run_folder.made() / "run.nc"), None)
    from workbench.records import every as recorded_every
    from workbench.records import repetition
    from workbench.run import BROKEN, Outcome, untold

    experiment, where = wanted.experiment(args)
    experiment, reason = (experiment, None) if where is None else _weighed(experiment, where)
    begun, earlier = _begun(experiment, args), _earlier(args)
    said = args.reasons | ({} if reason is None else {"weight_reason": reason})
    every = args.every or (1 if begun is None else recorded_every(begun))
    with _place(experiment, args) as claim, untold():  # it is said at the end
        args.kept = str(claim.path) if args.keep and claim else None
        result = experiment.run(every=every, begun=begun, out=claim, said=said)
    args.repeats = None if earlier is None or begun is not None else repetition(earlier, result)
    args.comparison = None if args.repeats is None else args.repeats.sentence(args.spec)
    if begun is not None:
        args.comparison = f"goes on from iteration {int(begun['k'][-1])} of {args.spec}"
        if not args.json:
            say(args.comparison)
    destinations.write(result, args.out if args.keep else None, args.figure)
    _report(result, args)
    if stopped := result.attrs["stopped"]:
        complain(stopped)
    if "unsaved" in result.attrs:
        return _UNSAVED
    if result.attrs["outcome"] == Outcome.INTERRUPTED:
        return _INTERRUPTED
    return _BROKEN if result.attrs["outcome"] in BROKEN else 0


def _place(experiment: "Experiment", args: argparse.Namespace) -> "AbstractContextManager[Claim | None]":
    """The file that the run is saved to while it goes."""
    from workbench import run_folder, storage
    from workbench.parameters import describe

    if args.keep:
        return run_folder.new_place(describe(experiment), run_folder.usual_folder())
    return storage.Claim(args.out) if args.out else nullcontext()


def _begun(experiment: "Experiment", args: argparse.Namespace) -> "xr.Dataset | None":
    """The saved run that the experiment goes on with: a shorter one, changed in nothing else.

    Without --steps or --stop only one that was interrupted, or broke off, goes on: others ended where they were to end.
    """
    if not args.spec or args.again or Path(args.spec).suffix == ".json":
        return None
    from workbench import storage
    from workbench.run import RESUMABLE, has_state

    begun = storage.load(args.spec)
    meant = args.steps or args.stop or begun.attrs.get("outcome") in RESUMABLE
    if not meant or experiment.steps <= int(begun["k"][-1]) or not experiment.goes_on(begun):
        return None
    if not has_state(begun):
        complain(f"{args.spec} keeps no state of the algorithm: the run begins again")
        return None
    return begun


def _earlier(args: argparse.Namespace) -> "xr.Dataset | None":
    """The saved run that may be repeated."""
    from workbench import storage

    return storage.load(args.spec) if args.spec and Path(args.spec).suffix != ".json" else None


def _weighed(experiment: "Experiment", where: str) -> tuple["Experiment", str]:
    """The experiment with a weight found from its data, and the reason for it."""
    with interruptible() as asked:
        chosen, found = experiment.tuned(where, lambda point: asked())
    return chosen, found.reason


def _report(result: "xr.Dataset", args: argparse.Namespace) -> None:
    recorded = [str(name) for name, column in result.data_vars.items() if column.dims == ("k", "batch")]
    final = dict.fromkeys(UNKNOWN) | {name: _number(result[name].values[-1]) for name in recorded}
    numbers = {"iterations": int(result.k[-1]), "seconds": round(float(result.seconds[-1]), 6)}
    if args.json:
        said = {name: result.attrs[name] for name in ("device", "stopped", "outcome", "ended")}
        said |= {reason: result.attrs.get(reason) for reason in _REASONS}
        said |= dict(zip(("out", "kept"), _files(result, args), strict=True))
        said |= {
            "figure": args.figure,
            "notes": _notes(result),
            "limits": result.attrs.get("limits"),
            "difference": _difference(args.repeats),
            "comparison": args.comparison,
        }
        say_json(final | numbers | said | {"spec": json.loads(result.attrs["spec"])})
        return
    for note in _notes(result):
        say(f"the file: {note}")
    for reason in filter(None, map(result.attrs.get, _REASONS)):
        say(f"found: {reason}")
    k, seconds = numbers["iterations"], numbers["seconds"]
    say(f"{k} iterations in {seconds:.3g} s ({k / max(seconds, 1e-9):.3g} it/s) on {result.attrs['device']}")
    say(f"ended: {result.attrs['ended']}")
    if args.repeats is not None:
        say(args.comparison)
    say("  ".join(f"{name} {value:.6g}" for name, value in final.items() if value is not None))
    for name in filter(None, (*_files(result, args), args.figure)):
        say(f"saved {name}")


def _files(result: "xr.Dataset", args: argparse.Namespace) -> tuple[str | None, str | None]:
    """Where the run stands: as --out names it, and in the folder; the one it was to be saved to may have no room."""
    if "unsaved" not in result.attrs:
        return args.out, args.kept
    return (args.out, None) if args.keep else (None, None)


def _notes(result: "xr.Dataset") -> list[str]:
    """What was done to the file that the signal comes from."""
    return json.loads(result.attrs.get("notes", "[]"))


def _difference(repeats: "Repetition | None") -> float | None:
    """The difference where two runs were compared; JSON has no word for infinity."""
    difference = None if repeats is None else repeats.difference
    return difference if difference is not None and math.isfinite(difference) else None


def _number(values: Any) -> float | None:
    """The one value of a batch of one; JSON has no words for NaN or infinity."""
    value = float(values.item())
    return value if math.isfinite(value) else None
