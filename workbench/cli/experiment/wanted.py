"""The experiment that the words of `workbench run` and `workbench tune` say."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.experiment import loading
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.experiment import Experiment

_PARTS = ("truth", "data", "operator", "parametrisation", "noise", "prior", "algorithm")
_FOUND = {"operator.offset": "offset_reason", "operator.pattern": "pattern_reason"}  # from measured data, by "auto"
_RUN = ".nc"  # what the file of a saved run ends with
_NUMBERS = {
    "steps": "iterations in all (300); a saved run of fewer goes on to them",
    "seed": "seed of noise and sampler (0)",
    "device": "cpu, cuda, cuda:0 (cpu)",
    "stop": "end before the last iteration: gap=1e-6, or gap=1e-4,seconds=10, where , is either and & is both; "
    "leastsure=5 and leastgcv=5 where the estimated error is least",
}


def options(parser: argparse.ArgumentParser) -> None:
    """The words that say an experiment."""
    parser.add_argument(
        "spec", nargs="?", help="a .json specification or a saved run to begin with; options override it"
    )
    parser.add_argument("--example", metavar="NAME", help="an example scan to begin with; see `workbench examples`")
    parser.add_argument("--truth", help="name of a shipped signal (`workbench list truths`), or the path of a file")
    parser.add_argument("--size", help="samples along the longest side: a signal is resampled to it")
    parser.add_argument(
        "--data",
        metavar="FILE[::/path/in/file]",
        help="measured data, taken as they are, instead of a truth; axes as the operator's data, such as angles x bins",
    )
    for part in _PARTS[2:]:
        parser.add_argument(f"--{part}", metavar="NAME", help=f"see `workbench list {part}s`")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PART.NAME=VALUE",
        help="one parameter, or a part inside a part (prior.second=NonNegative, prior.second.weight=2); repeat it. "
        "An array is FILE::/path/in/file (operator.kernel=psf.npy). Found from the data: prior.weight=auto, "
        "operator.offset=auto, the axis of rotation, operator.pattern=auto, the mask of k-space. prior.weights=RUN.nc "
        "(or prior.guide) makes the map of the picture of a saved run; data.steps=FlatField and "
        "data.steps.1.flat=FILE go before",
    )
    loading.option(parser)
    for name, meaning in _NUMBERS.items():
        parser.add_argument(f"--{name}", help=meaning)


def experiment(args: argparse.Namespace) -> tuple["Experiment", str | None]:
    """What the words say, and the path inside the prior of a weight that is to be found.

    What its data were to tell of the operator is in it, and how it was found in `args.reasons`.
    """
    from workbench.cli.experiment.choose import choose

    loading.load(args)
    words = _words(args)
    found = [
        path
        for path, text in words.items()
        if path.startswith("prior.") and path.endswith("weight") and text.lower() == "auto"
    ]
    if len(found) > 1:
        raise Refusal("one weight to find", " and ".join(found), "give the others: their balance is yours to choose")
    asked = [path for path in _FOUND if words.get(path, "").lower() == "auto"]
    runs = {path: text for path, text in words.items() if path.startswith("prior.") and text.endswith(_RUN)}
    later = {*found, *runs, *asked}
    words = {path: text for path, text in words.items() if path not in later}
    made = choose(words, _base(args), suited=not (args.spec or args.example))
    for path, name in runs.items():
        made = _informed(made, path.removeprefix("prior."), name)
    args.reasons = {}
    for path in asked:
        made, args.reasons[_FOUND[path]] = _told_by_data(made, path)
    return made, found[0].removeprefix("prior.") if found else None


def _told_by_data(made: "Experiment", path: str) -> tuple["Experiment", str]:
    """The experiment with what its data tell of the operator at a path, and how it was found."""
    if path == "operator.pattern":
        return made.sampled()
    centred, axis = made.centred()
    return centred, axis.reason


def _informed(made: "Experiment", where: str, name: str) -> "Experiment":
    """The experiment with the map at a path inside its prior made of the picture of a saved run."""
    import torch

    from workbench import records
    from workbench.parameters import changed
    from workbench.tuning import informed

    picture = torch.from_numpy(records.load(name)["x"].values)
    return changed(made, prior=informed(made.prior, picture, where))


def _base(args: argparse.Namespace) -> "Experiment":
    """What the words change: a saved run, an example, or the default."""
    from workbench import example_scans
    from workbench.cli.experiment.choose import specification
    from workbench.experiment import Experiment

    if args.spec and args.example:
        raise Refusal("a saved run or an example to begin with", f"{args.spec} and {args.example}", "leave one out")
    if args.example:
        return example_scans.example(args.example)
    return specification(args.spec) if args.spec else Experiment()


def _words(args: argparse.Namespace) -> dict[str, str]:
    """The options of the command line by the path of what they set."""
    given = {name: getattr(args, name) for name in (*_PARTS, *_NUMBERS)} | {"truth.size": args.size}
    words = {path: text for path, text in given.items() if text is not None}
    return words | values(args.set)


def values(items: list[str]) -> dict[str, str]:
    """What was set, part.parameter=value, by path."""
    from workbench.data.regions import LOST

    words = {}
    for item in items:
        path, equals, text = item.partition("=")
        if not (equals and ("." in path or path == LOST)):
            raise Refusal("--set part.parameter=value", repr(item), "write, for example, --set prior.weight=20")
        words[path] = text
    return words
