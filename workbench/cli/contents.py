"""`workbench data`: what is in a file, and how noisy an array of it is."""

import argparse
import dataclasses
import re
from typing import TYPE_CHECKING

from workbench.cli.output import say, say_json, table
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    import numpy as np

    from workbench.data import Loaded

SUMMARY = "List the arrays of a file, with a guess of what each is, or estimate the noise of one."
EXAMPLES = (
    "workbench data scan.h5",
    "workbench data series.mrc --json",
    "workbench data scan.h5::/exchange/data[:,3] --noise background --region 0:40,0:60",
    "workbench data kspace.npy --coil-maps maps.npy",
    "workbench data scan.mrd::calibration --set data.steps=ReadoutOversampling --coil-maps maps.npy",
)
_SPAN = re.compile(r"\s*(\d+):(\d+)\s*")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE[::/path/in/file]", help="a file of any format that can be read, or a Zarr store"
    )
    parser.add_argument(
        "--noise",
        metavar="WAY",
        help="the standard deviation of the noise, by wavelets, frames (along axis 0), background",
    )
    parser.add_argument("--region", metavar="A:B,C:D", help="the part of the array for --noise, a span for each axis")
    parser.add_argument(
        "--coil-maps",
        metavar="MAPS.npy",
        help="write the sensitivities of the coils of centred k-space, coils along axis 0, for operator.coils",
    )
    parser.add_argument(
        "--width", type=int, metavar="LINES", help="lines of calibration around the middle, for --coil-maps (24)"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="data.steps=STEP",
        help="steps before --noise or --coil-maps, as for `workbench run`; repeat it",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    if args.noise is None and args.region is not None:
        raise Refusal("a region for --noise", "--region alone", "add --noise background")
    if args.set and args.noise is None and args.coil_maps is None:
        raise Refusal("steps for --noise or --coil-maps", "--set alone", "add one of them")
    if args.width is not None and args.coil_maps is None:
        raise Refusal("a width for --coil-maps", "--width alone", "add --coil-maps MAPS.npy")
    if args.coil_maps is not None:
        return _maps(args)
    return _listed(args) if args.noise is None else _noise(args)


def _listed(args: argparse.Namespace) -> int:
    from workbench.data.contents import as_json, contents, tree
    from workbench.data.files import split
    from workbench.tensors import shown

    path, _ = split(args.file)
    kind, found = contents(path)
    if args.json:
        say_json({"file": path, "format": kind, "arrays": as_json(found)})
        return 0
    say(f"{path}: {kind}")
    empty = ("", "", "", "")
    rows = [
        (line, *((shown(each.shape) or "one number", each.dtype, each.units, each.guess) if each else empty))
        for line, each in tree(found)
    ]
    say(table(rows) if rows else "  no arrays")
    return 0


def _noise(args: argparse.Namespace) -> int:
    from workbench.data import noise_level

    way = noise_level.WAYS[one_of("a way to find the noise", args.noise, noise_level.WAYS)]
    found = _loaded(args)
    level = way(_part(found.tensor.numpy(), args.region))
    if args.json:
        say_json({"file": args.file, "units": found.units, "noise": dataclasses.asdict(level)})
        return 0
    unit = f" {found.units}" if found.units else ""
    say(f"sigma = {level.sigma:.4g} +- {level.error:.2g}{unit}, from {level.count} numbers{level.remark}")
    say(f"workbench run --data {args.file}{_sets(args)} --noise Gaussian --set noise.sigma={level.sigma:.4g}")
    return 0


def _maps(args: argparse.Namespace) -> int:
    import numpy as np

    from workbench.data import coil_maps

    if args.noise is not None or not args.coil_maps.endswith(".npy"):
        came = "--noise as well" if args.noise is not None else args.coil_maps
        raise Refusal("--coil-maps MAPS.npy alone", came, "give one at a time, and a file that ends in .npy")
    width = {} if args.width is None else {"width": args.width}
    maps = coil_maps.of_kspace(_loaded(args).tensor.numpy(), **width)
    np.save(args.coil_maps, maps)
    if args.json:
        say_json({"file": args.file, "coil_maps": args.coil_maps, "shape": list(maps.shape)})
        return 0
    say(f"maps of {len(maps)} coils, {' x '.join(map(str, maps.shape[1:]))}, written to {args.coil_maps}")
    where = f"--set operator.coils={args.coil_maps} --set operator.centred=yes --set operator.pattern=auto"
    say(f"workbench run --data {args.file}{_sets(args)} --operator MultiCoilFourier {where}")
    return 0


def _loaded(args: argparse.Namespace) -> "Loaded":
    """The array as its file has it, after the steps that were asked for, each of which is said."""
    from workbench.cli.experiment import wanted
    from workbench.cli.experiment.choose import source_of, with_arrays
    from workbench.data import Measured

    words = {"data": args.file} | wanted.values(args.set)
    if others := [path for path in words if path.partition(".")[0] != "data"]:
        raise Refusal("--set data.steps=...", f"--set {others[0]}=...", "the rest belongs to `workbench run`")
    found = source_of(with_arrays(words), Measured()).loaded()
    if args.set and not args.json:
        for note in found.notes:
            say(f"the file: {note}")
    return found


def _sets(args: argparse.Namespace) -> str:
    """The steps as `workbench run` takes them."""
    return "".join(f" --set {word}" for word in args.set)


def _part(values: "np.ndarray", region: str | None) -> "np.ndarray":
    """The part of an array between the places that a person types, one span for each axis."""
    if region is None:
        return values
    spans = [_SPAN.fullmatch(text) for text in region.split(",")]
    ends = [(int(span[1]), int(span[2])) for span in spans if span]
    inside = len(ends) == len(spans) == values.ndim and all(
        a < b <= n for (a, b), n in zip(ends, values.shape, strict=True)
    )
    if not inside:
        remedy = "write a span for each axis, such as 0:40,0:60, within its ends"
        raise Refusal(f"a region of data of {' x '.join(map(str, values.shape))}", repr(region), remedy)
    return values[tuple(slice(a, b) for a, b in ends)]
