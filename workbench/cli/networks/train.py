"""`workbench train`: repeat the training of a network that ships, or make it longer or shorter."""

import argparse
import os
import time
from pathlib import Path

from workbench.cli.output import say
from workbench.progress import Bar
from workbench.refusal import Refusal, one_of

SUMMARY = "Train a network by its recipe, and write its weights with a card."
EXAMPLES = (
    "workbench train unet_grey --out my_weights",
    "workbench train score_digits --steps 500 --out my_weights --resume",
)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the recipe, as the weights are named; see docs/weights.md")
    parser.add_argument("--steps", type=int, help="steps of the training (as in the recipe)")
    parser.add_argument("--seed", type=int, help="seed of the first weights and of the examples (as in the recipe)")
    parser.add_argument("--out", metavar="FOLDER", help="where weights and card go (those that ship are replaced)")
    parser.add_argument("--resume", action="store_true", help="go on where an earlier training was interrupted")


def main(args: argparse.Namespace) -> int:
    from workbench.weights.shipped import FOLDER

    folder = FOLDER if args.out is None else Path(args.out)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise Refusal("a folder that can be written", str(folder), "make it, or give another as --out")
    from workbench.parameters import changed
    from workbench.recipes import RECIPES, Course, finish

    recipe = RECIPES[one_of("the name of a recipe", args.name, RECIPES)]()
    steps = recipe.fit.steps if args.steps is None else args.steps
    recipe = changed(recipe, fit=changed(recipe.fit, steps=steps), seed=recipe.seed if args.seed is None else args.seed)
    course, bar = Course(recipe, folder / f"{args.name}.state"), Bar(steps)
    begin, state = time.monotonic(), None
    try:
        for state in course.states(args.resume):
            bar.show(state.k)
    finally:
        bar.clear()
    if state is None:
        came = f"a training that has taken all {steps}"
        raise Refusal("a training with steps left to take", came, "start it without --resume")
    path = finish(args.name, course, state, folder)
    course.file.unlink()
    last = course.curve[-1]
    say(f"{state.k} steps in {time.monotonic() - begin:.0f} s, loss {last.loss:.4g}, held out {last.held_out:.4g}")
    say(f"saved {path}, with its card and its curve beside it")
    return 0
