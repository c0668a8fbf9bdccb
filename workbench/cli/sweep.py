"""`workbench sweep`: the runs of a grid, in many processes, as one Zarr store."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.cli.experiment import loading, wanted
from workbench.cli.output import complain, say, say_json
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    from workbench.experiment import Experiment
    from workbench.sweeps import Plan

SUMMARY = "Run every cell of a grid of parameters, into one Zarr store."
EXAMPLES = (
    "workbench sweep sweep.yaml --out sweep.zarr",
    "workbench sweep sweep.yaml --out sweep.zarr --scheduler tcp://host:8786 --json",
)
KEYS = ("experiment", "grid", "seeds", "design", "samples")
DESIGNS = ("grid", "random", "sobol")
_MANY = 10_000
_INTERRUPTED = 130


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "spec", metavar="SPEC.yaml", help=f"what to run, with the keys {', '.join(KEYS)}: docs/sweeps.md"
    )
    parser.add_argument(
        "--out", metavar="OUT.zarr", required=True, help="the store; one of the same sweep is gone on with"
    )
    loading.option(parser)
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="a Dask scheduler (processes of this machine)")
    parser.add_argument("--yes", action="store_true", help=f"run more than {_MANY} cells")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of sentences")


def main(args: argparse.Namespace) -> int:
    loading.load(args)
    made = _plan(_mapping(args.spec), args.yes)
    from workbench.sweeps import swept

    found = swept(made, args.out, args.scheduler)
    status = found.status.values
    counts = {"cells": made.count, "done": int((status == 1).sum()), "failed": int((status == 2).sum())}
    left = made.count - counts["done"] - counts["failed"]
    if args.json:
        say_json({**counts, "left": left, "out": args.out, "dims": {a.name: len(a.choices) for a in made.axes}})
    else:
        say(f"{counts['done']} of {made.count} cells done, {counts['failed']} failed, in {args.out}")
        for sentence in sorted({str(s) for s in found.sentence.values.ravel() if s})[:5]:
            say(f"failed: {sentence}")
    if left:
        complain(f"interrupted: {left} cells are left; the same command goes on with them")
    return _INTERRUPTED if left else 0


def _mapping(path: str) -> dict[str, Any]:
    """The YAML of a file, with keys that are known."""
    try:
        import yaml
    except ModuleNotFoundError as error:
        remedy = 'pip install "inverse-workbench[sweep]"'
        raise Refusal("the package PyYAML for sweeps", "an installation without it", remedy) from error
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123  a path of bytes that are no name is an OSError here
            found = yaml.safe_load(file)
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("a sweep in YAML", f"{path} ({error})", "give the path of a .yaml file") from error
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise Refusal("a sweep in YAML", f"{path} ({said})", "mend the place it names") from error
    if not isinstance(found, dict):
        came = f"{path}, which holds a {type(found).__name__}"
        raise Refusal("a sweep in YAML", came, "write the keys experiment: and grid:")
    for key in found:
        one_of("a key of a sweep", str(key), KEYS)
    return found


def _plan(spec: Mapping[str, Any], yes: bool) -> "Plan":
    """The sweep of a file; all that can be refused is refused here, and the number of cells before any is made."""
    grid, seeds, samples = spec.get("grid"), spec.get("seeds", 1), spec.get("samples")
    if not isinstance(grid, dict) or not grid or not all(isinstance(path, str) for path in grid):
        raise Refusal("a grid of paths with their values", repr(grid), "write grid: {prior.weight: [1, 10]}")
    design = one_of("a design", str(spec.get("design", "grid")), DESIGNS)
    if design == "grid" and samples is not None:
        raise Refusal("a grid, or samples of a design", "samples for a grid", "write design: sobol, or leave it out")
    if design != "grid" and (not isinstance(samples, int) or samples < 1):
        raise Refusal(f"samples for the design {design}", repr(samples), "write, for example, samples: 64")
    lengths = [len(v) for v in grid.values() if isinstance(v, list)] if design == "grid" else [samples or 1]
    count = seeds if isinstance(seeds, int) else 1
    for length in lengths:
        count *= length
    if count > _MANY and not yes:
        raise Refusal(f"at most {_MANY} cells", f"{count} cells", "add --yes to run them all, or take fewer values")
    from workbench.sweeps import plan, spread, with_seeds

    job = _job(spec.get("experiment", {}))
    if design == "grid":
        return plan(job, grid, seeds)
    return with_seeds(job, [spread(grid, int(samples or 1), design == "sobol", job.seed)], seeds)


def _job(said: Any) -> "Experiment":
    """An experiment as a description, or as the words of `workbench run`."""
    import shlex

    from workbench.experiment import from_description

    if isinstance(said, Mapping):
        return from_description(said)
    if not isinstance(said, str | list):
        raise Refusal("an experiment", repr(said), "write the words of `workbench run`, such as --truth coins")
    words = shlex.split(said) if isinstance(said, str) else [str(word) for word in said]
    parser = _Words("experiment", add_help=False, allow_abbrev=False)
    wanted.options(parser)
    experiment, where = wanted.experiment(parser.parse_args(words))
    if where is not None:
        raise Refusal("a weight as a number", "auto", "give its values in the grid")
    return experiment


class _Words(argparse.ArgumentParser):
    """The parser of words in a file, whose mistakes are refusals like the file's others."""

    def error(self, message: str) -> Any:
        raise Refusal("words of `workbench run` as experiment", message, "see `workbench run --help`")
