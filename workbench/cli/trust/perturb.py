"""`workbench perturb`: the change of the data that moves a reconstruction most."""

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.experiment import destinations, wanted
from workbench.cli.output import complain, say, say_json
from workbench.progress import Bar, interruptible
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from torch import Tensor

    from workbench.experiment import Experiment
    from workbench.problem import Problem
    from workbench.tuning import PointSpread, WorstPerturbation

SUMMARY = "Find the change of the data that moves a reconstruction most, and how wide it sees a point."
EXAMPLES = (
    "workbench perturb --truth coins --size 64 --figure worst.png",
    "workbench perturb --truth coins --size 64 --prior Tikhonov --algorithm ConjugateGradient --json",
    "workbench perturb --data scan.npy --operator Radon --size-of-change 0.5 --point 64,64 --out worst.nc",
)
_INTERRUPTED = 130


@dataclass(frozen=True)
class _Worst:
    """What was found after so many steps of power iteration, and whether these had settled."""

    found: "WorstPerturbation"
    steps: int
    settled: bool
    whole: bool


def options(parser: argparse.ArgumentParser) -> None:
    wanted.options(parser)
    parser.add_argument("--accuracy", type=float, default=1e-6, help="to which the direction has to settle (1e-6)")
    parser.add_argument("--most", type=int, default=500, help="steps of power iteration at most (500)")
    parser.add_argument("--width", type=float, help="over what kinks of the prior are rounded off (max |x| / 20)")
    parser.add_argument("--point", metavar="PLACE", help="pixel whose spread is told, such as 32,40 (the middle)")
    parser.add_argument(
        "--size-of-change",
        type=float,
        metavar="SIZE",
        help="reconstruct data changed by so much, too, its norm in their units: how far that goes in truth",
    )
    parser.add_argument("--out", metavar="WORST.nc", help="save the reconstruction, the change and what it does")
    parser.add_argument("--figure", metavar="WORST.png", help="save them as a figure")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    destinations.require(args.out, args.figure)
    _require(args)
    from workbench import figures
    from workbench.tuning import local_point_spread, unmoved
    from workbench.tuning.linearised_minimum import rounded_over

    experiment = _experiment(args)
    posed = experiment.problem()
    if sentence := unmoved(posed, experiment.algorithm):
        raise Refusal("a reconstruction that moves with the data as a minimum does", "another", sentence)
    solved = experiment.run()
    if solved.attrs["outcome"] == "interrupted":
        complain("interrupted before there was a reconstruction whose changes could be looked for")
        return _INTERRUPTED
    problem, x = _in_double(posed, solved["x"].values)
    place = _place(args.point, tuple(x.shape[2:]))
    point = local_point_spread(problem, x, place, args.accuracy, args.width)
    worst = _sought(problem, x, args, experiment.seed)
    measured = _measured(experiment, problem, worst.found, args.size_of_change)
    if args.out:
        _save(args.out, problem, x, worst.found, point)
    if args.figure:
        content = figures.perturbation_figure(x, worst.found, point, Path(args.figure).suffix[1:])
        Path(args.figure).write_bytes(content)
    numbers = _numbers(problem, x, worst, point) | {
        "rounded": rounded_over(problem, x, args.width),
        "iterations": int(solved["k"][-1]),
        "size_of_change": args.size_of_change,
        "measured": measured,
        "out": args.out,
        "figure": args.figure,
    }
    if args.json:
        say_json(numbers)
    else:
        _tell(numbers, point, args)
    if worst.whole:
        return 0
    complain(f"interrupted after {worst.steps} steps: what was found so far moves the picture at least as far")
    return _INTERRUPTED


def _require(args: argparse.Namespace) -> None:
    """Refuse numbers that end nowhere, before anything runs."""
    if not 0 < args.accuracy < 1:
        raise Refusal("an accuracy between 0 and 1", f"{args.accuracy:g}", "take 1e-6")
    if args.most < 1:
        raise Refusal("a number of steps from 1", str(args.most), "take 500")
    if args.width is not None and not 0 < args.width < math.inf:
        raise Refusal("a width above 0", f"{args.width:g}", "leave it out for a 20th of the largest value")
    if args.size_of_change is not None and not 0 < args.size_of_change < math.inf:
        raise Refusal("a size of the change above 0", f"{args.size_of_change:g}", "give a norm in the data's units")


def _experiment(args: argparse.Namespace) -> "Experiment":
    """The experiment, whose weight stays where it is while the data change."""
    experiment, where = wanted.experiment(args)
    if where is not None:
        remedy = "give it: `workbench tune` finds one"
        raise Refusal("a weight that stays where it is while data change", f"prior.{where}=auto", remedy)
    return experiment


def _in_double(problem: "Problem", x: Any) -> tuple["Problem", "Tensor"]:
    """The problem of the first item in double precision, and where its reconstruction is."""
    import torch

    from workbench.tensors import in_double

    y = in_double(problem.y[:1])
    own = torch.complex128 if problem.dtype.is_complex else torch.float64
    one = replace(problem, y=y, truth=None)
    return one, torch.from_numpy(x[:1]).to(y.device, own)


def _place(text: str | None, space: tuple[int, ...]) -> tuple[int, ...]:
    """The pixel that is named, else the middle."""
    if text is None:
        return tuple(side // 2 for side in space)
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError as error:
        remedy = "write row and column, such as --point 32,40"
        raise Refusal(f"a pixel of {len(space)} whole numbers", repr(text), remedy) from error


def _sought(problem: "Problem", x: "Tensor", args: argparse.Namespace, seed: int) -> _Worst:
    """The steps of the search, with a bar; after Ctrl-C what was found by then."""
    from workbench.tuning import worst_perturbations

    looks: Iterator[WorstPerturbation] = worst_perturbations(problem, x, args.accuracy, args.most, args.width, seed)
    bar, steps, whole = Bar(args.most, "steps"), 0, True
    found = next(looks)
    with interruptible() as asked:
        for newest in looks:
            found, steps = newest, steps + 1
            bar.show(steps)
            if asked():
                whole = False
                break
    bar.clear()
    return _Worst(found, steps, whole and steps < args.most, whole)


def _measured(
    experiment: "Experiment", problem: "Problem", found: "WorstPerturbation", size: float | None
) -> float | None:
    """How far the method itself goes for data changed by so much, over that; None where nobody asked."""
    if size is None:
        return None
    from workbench.tuning.conformal import reconstructed

    def solve(y: "Tensor") -> "Tensor":
        return reconstructed(replace(problem, y=y), experiment.algorithm, experiment.steps, experiment.seed)

    return float(found.measured(solve, problem.y, size)[0])


def _numbers(problem: "Problem", x: "Tensor", worst: _Worst, point: "PointSpread") -> dict[str, Any]:
    gain, size = float(worst.found.gain[0]), float(x.norm())
    return {
        "gain": gain,
        "relative": gain * float(problem.y.norm()) / size if size else None,
        "steps": worst.steps,
        "settled": worst.settled,
        "point": {
            "place": list(point.place),
            "height": point.height,
            "widths": [width if math.isfinite(width) else None for width in point.widths],
        },
    }


def _tell(numbers: dict[str, Any], point: "PointSpread", args: argparse.Namespace) -> None:
    relative = "" if numbers["relative"] is None else f"; of relative changes, {numbers['relative']:.4g} times"
    say(
        f"of all changes of the data this one moves the reconstruction most, {numbers['gain']:.6g} times as far, to "
        f"first order{relative}; after {numbers['steps']} steps"
    )
    if numbers["rounded"] is not None:
        over = f"{numbers['rounded']:.3g}"
        say(f"kinks of the prior are rounded off over {over}: --width takes another, --size-of-change asks the method")
    if not numbers["settled"]:
        say("the direction had not settled, and the worst change moves it at least as far: raise --most")
    if numbers["measured"] is not None:
        say(f"data changed by {args.size_of_change:g} moved the method itself {numbers['measured']:.6g} times as far")
    say(point.sentence)
    for name in (args.out, args.figure):
        if name:
            say(f"saved {name}")


def _save(out: str, problem: "Problem", x: "Tensor", found: "WorstPerturbation", point: "PointSpread") -> None:
    import xarray as xr

    from workbench import storage
    from workbench.run import signal_dims

    named = {"x": x, "y": problem.y, "direction": found.direction, "image": found.image, "point": point.response}
    like = {"direction": "y", "image": "x", "point": "x"}
    parts = {n: (signal_dims(like.get(n, n), v), v.cpu().numpy()) for n, v in named.items()}
    storage.save(xr.Dataset(parts, attrs={"gain": float(found.gain[0])}), Path(out))
