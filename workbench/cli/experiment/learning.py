"""`workbench tune --by`: parameters of a problem learned from pictures whose truth is known."""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.experiment import destinations, lengths, wanted
from workbench.cli.experiment.held_out import held_out_problem
from workbench.cli.output import complain, say, say_json
from workbench.progress import interruptible
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    from workbench.experiment import Experiment
    from workbench.tuning.hypergradients import HeldOut, LearnedParameters

_INTERRUPTED = 130
_OWN = ("learn", "gradient", "held_out", "of", "outer", "lengths", "out")  # options that mean nothing without --by


def options(parser: argparse.ArgumentParser) -> None:
    """The words that say what is learned, how, and from what."""
    parser.add_argument(
        "--by",
        metavar="NAME",
        help=f"learn from held-out pictures instead, by hoag or maid; or, by {lengths.WORD}, steps from data alone",
    )
    parser.add_argument("--learn", metavar="WHAT", help="weight, map (of total variation) or experts (weight)")
    parser.add_argument("--gradient", metavar="NAME", help="cg, neumann or unrolled (cg)")
    parser.add_argument("--held-out", type=int, metavar="N", help="number of held-out pictures (8)")
    parser.add_argument(
        "--of", action="append", metavar="NAME", help="a shipped picture to crop them from; repeat it (six photographs)"
    )
    parser.add_argument(
        "--lengths", type=int, metavar="N", help=f"number of steps that are learned by {lengths.WORD} (10)"
    )
    parser.add_argument("--outer", type=int, metavar="N", help="most steps of the learning (40)")
    parser.add_argument("--out", metavar="LEARNED.json", help="save the experiment with the learned prior, to be run")


def asked(args: argparse.Namespace) -> bool:
    """Whether something is to be learned; Refusal of its options without it."""
    given = next((name for name in _OWN if getattr(args, name) is not None), None)
    if args.by is None and given is not None:
        option = f"--{given.replace('_', '-')}"
        raise Refusal(
            f"--by hoag, maid or {lengths.WORD} with {option}", "neither", f"say who learns, or leave {option} out"
        )
    return args.by is not None


def main(args: argparse.Namespace) -> int:
    """Learn, say what was found, and save what is wanted."""
    if args.selector or args.weights:
        raise Refusal("rules and weights, or --by", "both", "leave one out: what is learned asks no rule")
    if args.out and Path(args.out).suffix != ".json":
        raise Refusal("a specification, NAME.json", args.out, "name it so: `workbench run NAME.json` runs it")
    destinations.require(None, args.figure)
    if args.by == lengths.WORD:
        return lengths.main(args)
    if args.lengths is not None:
        raise Refusal(f"--by {lengths.WORD} with --lengths", f"--by {args.by}", "leave --lengths out")
    from workbench.algorithms.choice import suited_to
    from workbench.parameters import changed

    experiment, where = wanted.experiment(args)
    held_out = _held_out(args, experiment, args.where or where or "weight")
    learner, gradient = _members(args)
    begin = time.perf_counter()
    with interruptible() as stop:
        found = learner.learn(held_out, gradient, watch=lambda step: stop(), curvature=not stop())
    # What suited the other prior may not take this one.
    suited = suited_to(experiment.operator, experiment.noise, found.prior, experiment.parametrisation)
    made = changed(experiment, prior=found.prior, algorithm=suited)
    _report(args, found, made, time.perf_counter() - begin)
    if args.figure:
        from workbench import figures

        Path(args.figure).write_bytes(figures.learning_figure(found, Path(args.figure).suffix[1:]))
    if stop():
        complain(f"interrupted after {len(found.history) - 1} of {learner.steps} steps")
        return _INTERRUPTED
    return 0


def _held_out(args: argparse.Namespace, experiment: "Experiment", where: str) -> "HeldOut":
    from workbench.tuning import hypergradients

    known = {cls.word: cls for cls in _catalogue("hyperparameter")}
    word = one_of("what is learned", args.learn or hypergradients.LogWeight.word, known)
    hyperparameter = known[word](where) if word == hypergradients.LogWeight.word else known[word]()
    made = held_out_problem(args, experiment)
    return hypergradients.HeldOut(made, hyperparameter)


def _members(args: argparse.Namespace) -> tuple[Any, Any]:
    """Who learns, and how the gradient is found."""
    from workbench.parameters import changed

    learners, ways = ({cls.word: cls for cls in _catalogue(kind)} for kind in ("learner", "hypergradient"))
    learner = learners[one_of("a learner", args.by, [*learners, lengths.WORD])]()
    if args.outer is not None:
        learner = changed(learner, steps=args.outer)
    return learner, ways[one_of("a way to the gradient", args.gradient or "cg", ways)]()


def _catalogue(kind: str) -> list[Any]:
    from workbench import catalog

    return list(catalog.members(kind).values())


def _report(args: argparse.Namespace, found: "LearnedParameters", made: "Experiment", seconds: float) -> None:
    from workbench.parameters import describe

    if args.out:
        Path(args.out).write_text(json.dumps(describe(made), indent=2), encoding="utf-8")
    if args.json:
        rows = [step._asdict() | {"theta": step.theta.tolist()} for step in found.history]
        more = {"first_curvature": found.first_curvature, "curvature": found.curvature, "warning": found.warning}
        say_json(
            {"prior": describe(found.prior), "loss": found.best.loss, "sentence": found.sentence, "history": rows}
            | more
            | {"seconds": round(seconds, 6), "out": args.out, "figure": args.figure}
        )
        return
    weight = getattr(found.prior, "weight", None)
    named = f"prior.weight {weight:.4g}; " if len(found.theta) == 1 and weight is not None else ""
    say(f"{type(found.prior).__name__}: {named}{found.sentence}, {seconds:.3g} s")
    if found.warning:
        complain(found.warning)
    for name in filter(None, (args.out, args.figure)):
        say(f"saved {name}")
