"""`workbench calibrate`: intervals around a reconstruction, from pictures that were held out."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.experiment import destinations, wanted
from workbench.cli.output import complain, say, say_json
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from torch import Tensor

    from workbench.experiment import Experiment

SUMMARY = "Put intervals around a reconstruction, with coverage guaranteed by held-out pictures."
EXAMPLES = (
    "workbench calibrate --truth coins --size 64 --held-out 100 --json",
    "workbench calibrate --truth coins --size 64 --set prior.weight=auto",
    "workbench calibrate --data scan.npy --operator Radon --held-out 200 --alpha 0.05 --region 4 --out intervals.nc",
)
_INTERRUPTED = 130
_TO_TUNE_ON = 8  # pictures, beside those that are held out


def options(parser: argparse.ArgumentParser) -> None:
    wanted.options(parser)
    parser.add_argument("--held-out", type=int, default=100, metavar="N", help="number of held-out pictures (100)")
    parser.add_argument(
        "--of",
        action="append",
        default=[],
        metavar="NAME",
        help="a shipped picture to crop them from, like what is sought; repeat it (six photographs, when left out)",
    )
    parser.add_argument("--alpha", type=float, default=0.1, help="share of truths that may lie outside (0.1)")
    parser.add_argument("--region", type=int, default=1, help="side of the regions whose means are held (1: pixels)")
    parser.add_argument("--out", metavar="INTERVALS.nc", help="save the reconstruction and both ends")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    destinations.require(args.out, None)
    from workbench.tuning.conformal import ConformalCalibration, rank, reconstructed
    from workbench.tuning.held_out_crops import PICTURES, held_out_crops

    names = args.of or PICTURES
    if args.held_out < 1:
        raise Refusal("a number of held-out pictures from 1", str(args.held_out), "take 100")
    rank(args.held_out, args.alpha)
    experiment, where = wanted.experiment(args)
    if experiment.stop is not None:
        remedy = "leave --stop out, and give --steps"
        raise Refusal("as many iterations for each held-out picture", "a rule that ends each elsewhere", remedy)
    reason = None
    if where is not None:
        experiment, reason = _weighed(experiment, where, names)
    problem = experiment.problem()
    shape = problem.given_operator.in_shape
    truths = held_out_crops(names, shape, args.held_out, experiment.seed).to(problem.y.device)
    made = ConformalCalibration(alpha=args.alpha, region=args.region, steps=experiment.steps, seed=experiment.seed)
    found = made.intervals(problem, experiment.algorithm, truths.to(problem.dtype))
    x = reconstructed(problem, experiment.algorithm, experiment.steps, experiment.seed)
    misfit = float(problem.misfit(x)[0])
    inside = None if problem.truth is None else float(found.inside(problem.aligned(x), problem.truth).double().mean())
    if args.out:
        _save(args.out, problem.picture(x), found.around(problem.picture(x)))
    numbers = {
        "coverage": found.coverage,
        "inside": inside,
        "half_width": float(found.half.mean()),
        "held_out": found.count,
        "rank": found.rank,
        "region": found.region,
        "drift": found.drift(misfit),
        "weight_reason": reason,
    }
    sentence = found.sentence(misfit)
    ended = _INTERRUPTED if found.count < args.held_out else 0
    if ended:
        complain(f"interrupted after {found.count} of {args.held_out} held-out pictures: the intervals are of those")
    if args.json:
        say_json(numbers | {"sentence": sentence, "out": args.out})
        return ended
    if reason is not None:
        say(f"found: {reason}")
    say(sentence)
    say(
        f"mean half-width {numbers['half_width']:.4g}"
        + ("" if inside is None else f"; of this truth {inside:.1%} inside")
    )
    if maps := [item for item in args.set if item.startswith("prior.") and item.endswith(".nc")]:
        complain(f"{maps[0]}: coverage is promised where that picture was not made of the data at hand")
    if found.unlike(misfit):
        complain(
            "coverage is that of pictures like the held-out ones: crop them from others, --of NAME, or give your own"
        )
    return ended


def _weighed(experiment: "Experiment", where: str, names: Sequence[str]) -> tuple["Experiment", str]:
    """The experiment with a weight found from pictures that are neither held out nor looked for, and the reason.

    One found from the data at hand would suit them better than the held-out ones: no coverage were guaranteed.
    """
    from workbench.parameters import changed
    from workbench.tensors import child_seed
    from workbench.tuning import Walk, held_out_crops, tune, weighed

    problem, seed = experiment.problem(), child_seed(experiment.seed, "pictures to tune on", 1)
    truths = held_out_crops(names, problem.given_operator.in_shape, _TO_TUNE_ON, seed).to(problem.y.device)
    found = tune(problem.of_another(truths.to(problem.dtype), seed), walk=Walk(where=where))
    reason = f"{found.reason}, from {_TO_TUNE_ON} pictures beside the held-out ones"
    return changed(experiment, prior=weighed(experiment.prior, found.weight, where)), reason


def _save(out: str, x: "Tensor", ends: tuple["Tensor", "Tensor"]) -> None:
    import xarray as xr

    from workbench import storage
    from workbench.run import signal_dims

    names = {"x": x, "low": ends[0], "high": ends[1]}
    parts = {n: (signal_dims("x" if n == "x" else "interval", v), v.cpu().numpy()) for n, v in names.items()}
    storage.save(xr.Dataset(parts), Path(out))
