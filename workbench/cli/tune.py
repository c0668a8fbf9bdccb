"""`workbench tune`: the weight of a prior, found from the data."""

import argparse
import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.experiment import destinations, learning, wanted
from workbench.cli.output import complain, say, say_json, table
from workbench.progress import interruptible
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    from workbench.problem import Problem
    from workbench.tuning import NoiseSpread, Selector, Tuning, Walk, WeightPath

SUMMARY = "Find the weight of a prior from the data, or learn it, or a whole prior, from held-out pictures."
EXAMPLES = (
    "workbench tune --truth coins --figure tune.png",
    "workbench tune --data scan.h5::/data --operator Radon --selector sure --selector gcv --json",
    "workbench tune --truth coins --size 64 --draws 8",
    "workbench tune --prior Sum --where first.weight --weights 0.1:100 --count 31",
    "workbench tune --by maid --learn experts --held-out 12 --size 64 --out learned.json",
)
_INTERRUPTED = 130


def options(parser: argparse.ArgumentParser) -> None:
    wanted.options(parser)
    parser.add_argument(
        "--selector",
        action="append",
        default=[],
        metavar="NAME",
        help="a rule, by its word (`workbench list selectors`); repeat it. All that suit, when left out",
    )
    parser.add_argument("--weights", metavar="LOW:HIGH", help="first and last weight (found from the data)")
    parser.add_argument("--count", type=int, default=25, help="number of weights (25)")
    parser.add_argument("--where", help="path of the weight inside the prior (weight)")
    parser.add_argument("--draws", type=int, default=0, help="draws of other noise that each rule chooses for, too (0)")
    parser.add_argument("--figure", metavar="TUNE.png", help="save the curves with their marks")
    learning.options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    destinations.require(None, args.figure)
    if learning.asked(args):
        return learning.main(args)
    if args.draws < 0:
        remedy = "take 8, or leave --draws out"
        raise Refusal("a number of draws of the noise from 0", str(args.draws), remedy)
    from workbench import figures, tuning

    experiment, where = wanted.experiment(args)
    for reason in args.reasons.values() if not args.json else ():
        say(f"found: {reason}")
    walk = tuning.Walk(count=args.count, where=args.where or where or "weight")
    problem = experiment.problem()
    weights, chosen, begin = _range(args), _selectors(args.selector, problem), time.perf_counter()
    with interruptible() as asked:
        found = tuning.tune(problem, chosen, walk, weights, lambda point: asked())
    spread = _spread(found, walk, args.draws)
    _report(found, args, time.perf_counter() - begin, spread)
    if args.figure:
        Path(args.figure).write_bytes(figures.tuning_figure(found, Path(args.figure).suffix[1:]))
    if len(found.path.points) < args.count:
        complain(f"interrupted after {len(found.path.points)} of {args.count} weights")
        return _INTERRUPTED
    return 0


def _range(args: argparse.Namespace) -> list[float] | None:
    """The weights between those given, or None."""
    if args.weights is None:
        return None
    from workbench.tuning.scales import grid

    try:
        low, high = map(float, args.weights.split(":"))
    except ValueError as error:
        raise Refusal("--weights LOW:HIGH", repr(args.weights), "write, for example, 0.1:100") from error
    if not 0 < low < high < math.inf:
        raise Refusal("--weights from a number above 0 to a larger one", args.weights, "write, for example, 0.1:100")
    return grid(math.sqrt(low * high), args.count, math.log10(high / low))


def _selectors(words: list[str], problem: "Problem") -> list["Selector"]:
    """The rules that are named, or all that suit the problem, the automatic one first."""
    from workbench import tuning

    known = tuning.rules()
    return [known[one_of("a rule", word, known)]() for word in words] or tuning.applicable(problem)


def _psnr(path: "WeightPath", weight: float) -> float | None:
    """Of the kept picture nearest to a weight; None without a truth."""
    from workbench.analysis.metrics import signal_to_noise

    problem = path.problem
    if problem.truth is None:
        return None
    return round(float(signal_to_noise(problem.aligned(path.nearest(weight).x), problem.truth)[0]), 4)


def _spread(found: "Tuning", walk: "Walk", draws: int) -> "NoiseSpread | None":
    """What the rules choose for other noise; None where nobody asked."""
    from workbench import tuning

    spread = None
    with interruptible() as asked:
        for newest in tuning.spread_of(found, walk, draws) if draws else ():
            spread = newest
            if asked():
                break
    return spread


def _finite(numbers: Iterable[float]) -> list[float | None]:
    """As JSON has them: null where there is none."""
    return [number if math.isfinite(number) else None for number in numbers]


def _report(found: "Tuning", args: argparse.Namespace, seconds: float, spread: "NoiseSpread | None") -> None:
    psnr = {word: _psnr(found.path, chosen.weight) for word, chosen in found.selected.items()}
    if args.json:
        curves = {word: _finite(chosen.curve.tolist()) for word, chosen in found.selected.items()}
        more: dict[str, Any] = {
            "chosen": found.chosen.weight,
            "reason": found.reason,
            "between": {w: list(s.between) for w, s in found.selected.items()},
            "second": {w: s.second for w, s in found.selected.items()},
            "refused": dict(found.refused),
            "weights": found.path.weights.tolist(),
            "curves": curves,
            "iterations": found.path.steps,
            "seconds": round(seconds, 6),
            "figure": args.figure,
        }
        if spread is not None:
            more["spread"] = {word: _finite(weights) for word, weights in spread.chosen.items()}
        say_json({"selected": {w: s.weight for w, s in found.selected.items()}, "psnr": psnr} | more)
        return
    rows = [("rule", "weight", "about as good", "PSNR, dB")]
    for word, chosen in found.selected.items():
        between = " to ".join(f"{w:.3g}" for w in chosen.between)
        quality = psnr[word]
        rows.append((word, f"{chosen.weight:.4g}", between, "" if quality is None else f"{quality:.2f}"))
    say(table(rows, ""))
    for word, sentence in found.refused.items():
        say(f"{word}: {sentence}")
    if spread is not None:
        say("\n".join(f"{word}: {spread.sentence(word)}" for word in found.selected))
    say(f"{found.reason}, {seconds:.3g} s")
    if args.figure:
        say(f"saved {args.figure}")
