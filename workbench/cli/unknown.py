"""`workbench unknown`: what is behind a picture: blocks, where many starts end, which directions are flat."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.experiment import destinations, wanted
from workbench.cli.output import complain, say, say_json, table
from workbench.progress import Bar, interruptible
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from torch import Tensor

    from workbench.analysis.unknowns import BlockPicture, FlatDirections, FlatnessSearch, Landing
    from workbench.problem import Problem

_INTERRUPTED = 130
_COUNTS = ("silent", "open", "down", "complete")
SUMMARY = "Run an experiment from many starts; say where they end, which blocks they find, what nothing holds."
EXAMPLES = (
    "workbench unknown --example matrix_completion --starts 12",
    "workbench unknown --example blind_deblurring --figure blocks.png",
    "workbench unknown --truth camera --size 64 --operator Mask --parametrisation LowRank --json",
)


def options(parser: argparse.ArgumentParser) -> None:
    wanted.options(parser)
    parser.add_argument("--starts", type=int, default=12, help="number of starts, the first that of a run (12)")
    parser.add_argument("--spread", type=float, default=1.0, help="random numbers over the first unknown, by block (1)")
    parser.add_argument("--near", type=float, default=0.02, help="distance of pictures that count as one (0.02)")
    parser.add_argument("--share", type=float, default=1e-5, help="of the largest bend: less is flat (1e-5)")
    parser.add_argument("--figure", metavar="BLOCKS.png", help="save the blocks of the best end as a figure")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    destinations.require(None, args.figure)
    from workbench import figures
    from workbench.analysis.unknowns import FlatnessSearch, ManyStarts, landings, pictured_blocks

    settings, search = ManyStarts(args.starts, args.spread, args.near), FlatnessSearch(args.share)
    experiment, _ = wanted.experiment(args)
    problem = experiment.problem()
    landing = _landed(landings(problem, experiment.algorithm, experiment.steps, settings, experiment.seed))
    best = landing.u[landing.order[0]][None]
    flat = _flat(problem, best, search)
    truth = experiment.truth
    blocks = pictured_blocks(problem.parametrisation, best, None if truth is None else truth.blocks)
    if args.figure:
        Path(args.figure).write_bytes(figures.blocks_figure(blocks, Path(args.figure).suffix[1:]))
    if args.json:
        say_json(_plain(landing, flat, blocks) | {"figure": args.figure})
        return _ended(landing)
    say(landing.sentence)
    rows = [("place", "starts", "objective", "|x - truth| / |truth|")]
    for number, place in enumerate(landing.places):
        error = "" if landing.errors is None else f"{float(landing.errors[place[0]]):.3g}"
        rows.append((str(number + 1), str(len(place)), f"{float(landing.objectives[place[0]]):.4g}", error))
    say(table(rows))
    say(flat if isinstance(flat, str) else flat.sentence)
    if any(block.error is not None for block in blocks):
        told = [(b.name, " x ".join(map(str, b.values.shape)), f"{b.error:.3g}") for b in blocks if b.error is not None]
        say(table([("block", "drawn", "from the true one, aligned"), *told]))
    if warning := problem.parametrisation.trouble(best):
        say(warning)
    freedom = problem.parametrisation.freedom
    if freedom:
        say(f"taken out: {freedom}")
    if args.figure:
        say(f"saved {args.figure}")
    return _ended(landing)


def _landed(looks: "Iterator[Landing]") -> "Landing":
    """The last look at the starts, with a bar; after Ctrl-C the one that was reached."""
    bar, landing = None, None
    with interruptible() as asked:
        for landing in looks:
            bar = bar or Bar(landing.steps)
            bar.show(landing.k)
            if asked():
                break
    if bar is not None:
        bar.clear()
    assert landing is not None  # there is one at the end
    return landing


def _ended(landing: "Landing") -> int:
    """The exit code; that it was interrupted is said."""
    if landing.over:
        return 0
    complain(f"interrupted after {landing.k} of {landing.steps} iterations: all is of where the starts were then")
    return _INTERRUPTED


def _flat(problem: "Problem", u: "Tensor", search: "FlatnessSearch") -> "FlatDirections | str":
    """The flat directions, or why a Hessian is missing that would tell them."""
    from workbench.analysis.unknowns import flat_directions

    try:
        *_, found = flat_directions(problem, u, search)
    except Refusal as refusal:
        return str(refusal)
    return found


def _plain(landing: "Landing", flat: "FlatDirections | str", blocks: "tuple[BlockPicture, ...]") -> dict[str, Any]:
    errors = None if landing.errors is None else landing.errors.tolist()
    return {
        "iterations": landing.k,
        "objectives": landing.objectives.tolist(),
        "errors": errors,
        "places": [list(place) for place in landing.places],
        "flat": flat if isinstance(flat, str) else {name: getattr(flat, name) for name in _COUNTS},
        "trouble": landing.problem.parametrisation.trouble(landing.u[landing.order[0]][None]),
        "blocks": {block.name: block.error for block in blocks},
    }
