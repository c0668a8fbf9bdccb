"""`workbench run`: one reconstruction, saved and pictured."""

import argparse
import json
import math
from typing import TYPE_CHECKING, Any

from workbench.cli import destinations, loading
from workbench.cli.output import complain, say, say_json
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

SUMMARY = "Run one reconstruction."
EXAMPLES = (
    "workbench run --truth coins --operator Radon --set operator.angles=30 --figure run.png",
    "workbench run --truth photo.png --size 512 --set prior.weight=20 --out run.nc",
    "workbench run --data scan.h5::/exchange/data[:,3] --operator Radon --set operator.angles=scan.h5::/exchange/theta",
    "workbench run run.nc --steps 1000 --json",
)
_PARTS = ("truth", "data", "operator", "noise", "prior", "algorithm")
_NUMBERS = {
    "steps": "iterations (300)",
    "seed": "seed of noise and sampler (0)",
    "device": "cpu, cuda, cuda:0 (cpu)",
    "stop": "end before the last iteration: gap=1e-6, or gap=1e-4,seconds=10, where , is either and & is both",
}
UNKNOWN = ("psnr",)  # what is null where there is no truth
_DIVERGED, _INTERRUPTED = 1, 130


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "spec", nargs="?", help="a .json specification or a saved run to begin with; options override it"
    )
    parser.add_argument("--truth", help="name of a shipped signal (`workbench list truths`), or the path of a file")
    parser.add_argument("--size", help="samples along the longest side: a signal is resampled to it")
    parser.add_argument(
        "--data",
        metavar="FILE[::/path/in/file]",
        help="measured data, taken as they are, instead of a truth; axes as the operator's data, such as angles x bins",
    )
    for part in _PARTS[2:]:
        parser.add_argument(f"--{part}", metavar="NAME", help=f"see `workbench list {part}s`")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PART.NAME=VALUE",
        help="one parameter, or a part inside a part (prior.second=NonNegative, prior.second.weight=2); repeat it. "
        "An array is FILE::/path/in/file (operator.kernel=psf.npy)",
    )
    loading.option(parser)
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
    from workbench.run import Outcome

    loading.load(args)
    experiment = choose(_words(args), specification(args.spec) if args.spec else Experiment(), suited=not args.spec)
    result = experiment.run(every=args.every)
    destinations.write(result, args.out, args.figure)
    _report(result, args)
    if stopped := result.attrs["stopped"]:
        complain(stopped)
    return {Outcome.INTERRUPTED: _INTERRUPTED, Outcome.DIVERGED: _DIVERGED}.get(result.attrs["outcome"], 0)


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


def _report(result: "xr.Dataset", args: argparse.Namespace) -> None:
    recorded = [str(name) for name, column in result.data_vars.items() if column.dims == ("k", "batch")]
    final = dict.fromkeys(UNKNOWN) | {name: _number(result[name].values[-1]) for name in recorded}
    numbers = {"iterations": int(result.k[-1]), "seconds": round(float(result.seconds[-1]), 6)}
    if args.json:
        said = {name: result.attrs[name] for name in ("device", "stopped", "outcome", "ended")}
        said |= {"out": args.out, "figure": args.figure, "notes": _notes(result), "limits": result.attrs.get("limits")}
        say_json(final | numbers | said | {"spec": json.loads(result.attrs["spec"])})
        return
    for note in _notes(result):
        say(f"the file: {note}")
    k, seconds = numbers["iterations"], numbers["seconds"]
    say(f"{k} iterations in {seconds:.3g} s ({k / max(seconds, 1e-9):.3g} it/s) on {result.attrs['device']}")
    say(f"ended: {result.attrs['ended']}")
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
