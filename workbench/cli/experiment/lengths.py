"""`workbench tune --by unrolling`: the lengths of the first steps, learned from data without a truth."""

import argparse
import json
import time
from pathlib import Path

from workbench.cli.experiment import wanted
from workbench.cli.experiment.held_out import held_out_problem
from workbench.cli.output import complain, say, say_json
from workbench.progress import Bar, interruptible
from workbench.refusal import Refusal

WORD = "unrolling"
_INTERRUPTED = 130
_COUNT, _ROUNDS = 10, 100


def main(args: argparse.Namespace) -> int:
    """Learn from the data of the experiment, or of many pictures, say what was found, and save what is wanted."""
    for option in ("learn", "gradient", "figure"):
        if getattr(args, option) is not None:
            raise Refusal(f"options of --by {WORD}", f"--{option}", "leave it out: lengths of steps are learned")
    from workbench import tuning
    from workbench.parameters import changed, describe

    experiment, _ = wanted.experiment(args)
    pictured = args.held_out is not None or args.of
    problem = held_out_problem(args, experiment) if pictured else experiment.problem()
    count = _COUNT if args.lengths is None else args.lengths
    rounds = _ROUNDS if args.outer is None else args.outer
    begin, bar = time.perf_counter(), Bar(rounds)
    with interruptible() as stop:
        try:
            found = tuning.learned_lengths(problem, count, rounds, lambda k, objective: bar.show(k) or stop())
        finally:
            bar.clear()
        interrupted = stop()
    made = changed(experiment, algorithm=found.algorithm)
    seconds = time.perf_counter() - begin
    if args.out:
        Path(args.out).write_text(json.dumps(describe(made), indent=2), encoding="utf-8")
    if args.json:
        numbers = {"before": found.before, "after": found.after, "seconds": round(seconds, 6)}
        say_json({"lengths": list(found.algorithm.lengths)} | numbers | {"out": args.out})
    else:
        say(f"StepLISTA: {found.sentence}, {seconds:.3g} s")
        say("lengths, in units of 1/L: " + ", ".join(f"{length:.3g}" for length in found.algorithm.lengths))
        if args.out:
            say(f"saved {args.out}")
    if interrupted:
        complain(f"interrupted before {rounds} rounds")
        return _INTERRUPTED
    return 0
