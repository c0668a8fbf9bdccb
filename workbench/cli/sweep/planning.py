"""A sweep as a file says it: read, and refused before any work where it is wrong."""

import argparse
import math
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.cli.experiment import wanted
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    from workbench.experiment import Experiment
    from workbench.sweeps import Plan, SweepAxis

KEYS = ("experiment", "grid", "slices", "seeds", "design", "samples")
OF_SLICES = ("first", "last", "step")
DESIGNS = ("grid", "random", "sobol")
MANY = 10_000


def mapping(path: str) -> dict[str, Any]:
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


def plan_of(spec: Mapping[str, Any], yes: bool) -> "Plan":
    """The sweep of a file; all that can be refused is refused here, and the number of cells before any is made."""
    grid, seeds, samples = spec.get("grid", {}), spec.get("seeds", 1), spec.get("samples")
    of_slices = "slices" in spec
    if not isinstance(grid, dict) or not (grid or of_slices) or not all(isinstance(path, str) for path in grid):
        raise Refusal("a grid of paths with their values", repr(grid), "write grid: {prior.weight: [1, 10]}")
    design = one_of("a design", str(spec.get("design", "grid")), DESIGNS)
    if design == "grid" and samples is not None:
        raise Refusal("a grid, or samples of a design", "samples for a grid", "write design: sobol, or leave it out")
    if design != "grid" and (not isinstance(samples, int) or samples < 1):
        raise Refusal(f"samples for the design {design}", repr(samples), "write, for example, samples: 64")
    from workbench.sweeps import plan, spread, with_seeds

    lengths = [len(v) for v in grid.values() if isinstance(v, list)] if design == "grid" else [samples or 1]
    _require_few([seeds if isinstance(seeds, int) else 1, *lengths], yes)
    job = _job(spec.get("experiment", {}))
    others = [_slices(job, spec["slices"])] if of_slices else []
    _require_few([seeds if isinstance(seeds, int) else 1, *lengths, *(len(axis.choices) for axis in others)], yes)
    if design == "grid":
        return plan(job, grid, seeds, others)
    return with_seeds(job, [spread(grid, int(samples or 1), design == "sobol", job.seed), *others], seeds)


def _require_few(lengths: list[int], yes: bool) -> None:
    count = math.prod(lengths)
    if count > MANY and not yes:
        raise Refusal(f"at most {MANY} cells", f"{count} cells", "add --yes to run them all, or take fewer values")


def _slices(job: "Experiment", said: Any) -> "SweepAxis":
    """All slices of the file, or {first: 0, last: 63, step: 1} of them."""
    from workbench.sweeps import slices

    if said == "all":
        return slices(job)
    if not isinstance(said, Mapping) or not all(type(n) is int for n in said.values()):
        raise Refusal("slices: all, or a range of them", repr(said), "write slices: {first: 0, last: 63, step: 1}")
    for key in said:
        one_of("a key of slices", str(key), OF_SLICES)
    return slices(job, said.get("first", 0), said.get("last"), said.get("step", 1))


def _job(said: Any) -> "Experiment":
    """An experiment as a description, or as the words of `workbench run`."""
    from workbench.experiment import from_description

    if isinstance(said, Mapping):
        return from_description(said)
    if not isinstance(said, str | list):
        raise Refusal("an experiment", repr(said), "write the words of `workbench run`, such as --truth coins")
    try:
        words = shlex.split(said) if isinstance(said, str) else [str(word) for word in said]
    except ValueError as error:
        raise Refusal("words of `workbench run` as experiment", f"{said!r} ({error})", "close the quotation") from error
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
