"""`workbench learned`: what a network has learned, beside what there was to learn."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.experiment import destinations
from workbench.cli.output import say, say_json, table
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    from workbench.analysis.learned import LearnedCurve
    from workbench.recipes import ScoreBeside

SUMMARY = "Hold a network against what it had to learn: its residual against the score, its prior against the density."
EXAMPLES = (
    "workbench learned points --figure score.png",
    "workbench learned fields --sigma 0.3 --json",
    "workbench learned laplacian --figure prior.png",
    "workbench learned points --file my_weights/points.safetensors",
)
_USUAL = 0.1  # noise at which the residual is drawn


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the recipe, as the weights are named; see docs/weights.md")
    parser.add_argument("--file", metavar="WEIGHTS.safetensors", help="weights of your own, by the same recipe")
    parser.add_argument("--sigma", type=float, help=f"noise at which residual and score are compared ({_USUAL})")
    parser.add_argument("--figure", metavar="LEARNED.png", help="save a figure of both")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    destinations.require(None, args.figure)
    if args.sigma is not None and not 0 < args.sigma < float("inf"):
        raise Refusal("--sigma, a number above 0", str(args.sigma), f"write, for example, --sigma {_USUAL}")
    from workbench import figures, weights
    from workbench.recipes import RECIPES, prior_beside, prior_unmet, score_beside, score_unmet

    task = RECIPES[one_of("the name of a recipe", args.name, RECIPES)]().task
    network = weights.shipped(args.name) if args.file is None else weights.read(args.file)
    kind = Path(args.figure).suffix[1:] if args.figure else "png"
    if not prior_unmet(network, task):
        if args.sigma is not None:
            remedy = "leave --sigma out"
            raise Refusal("--sigma for a network that is told a noise level", f"a prox, of {args.name}", remedy)
        curve = prior_beside(network, task)
        numbers, sentence, made = _of_curve(curve), _told(curve), lambda: figures.curve_figure(curve, kind)
    else:
        if unmet := score_unmet(network, task):
            raise Refusal("a network whose prior or score can be drawn", args.name, unmet)
        found = score_beside(network, task, _USUAL if args.sigma is None else args.sigma)
        numbers, sentence, made = _of_score(found), _in_words(found), lambda: figures.score_figure(found, kind)
    if args.figure:
        Path(args.figure).write_bytes(made())
    if args.json:
        say_json({"name": args.name, **numbers, "figure": args.figure})
        return 0
    say(sentence)
    if args.figure:
        say(f"saved {args.figure}")
    return 0


def _of_score(found: "ScoreBeside") -> dict[str, Any]:
    errors = {f"{level:.4g}": round(error, 6) for level, error in _errors(found)}
    return {"sigma": found.drawn.sigma, "error": round(found.drawn.error, 6), "errors": errors}


def _in_words(found: "ScoreBeside") -> str:
    rows = [("noise", "|residual - score| / |score|"), *((f"{a:.3g}", f"{e:.3g}") for a, e in _errors(found))]
    drawn = found.drawn
    said = f"noise {drawn.sigma:g}: the residual is {drawn.error:.1%} off the score, in the mean over noisy signals"
    return f"{table(rows, '')}\n{said}"


def _errors(found: "ScoreBeside") -> list[tuple[float, float]]:
    return list(zip(found.levels.tolist(), found.errors.tolist(), strict=True))


def _of_curve(curve: "LearnedCurve") -> dict[str, Any]:
    line = {"label": curve.line.label, "at": curve.line.at.tolist()}
    true = None if curve.true is None else curve.true.tolist()
    return {"error": curve.error, "line": line, "prior": curve.value.tolist(), "true": true}


def _told(curve: "LearnedCurve") -> str:
    ends = float(curve.line.at[0]), float(curve.line.at[-1])
    over = f"{curve.line.label}, from {ends[0]:g} to {ends[1]:g}"
    if curve.error is None:
        low, high = float(curve.value.min()), float(curve.value.max())
        return f"the learned prior rises by {high - low:.3g} nats over the {over}; the true one is not known"
    return f"the learned prior is {curve.error:.2g} nats off the true one at most, over the {over}"
