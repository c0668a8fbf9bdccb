"""`workbench plane`: the information plane of a network while it trains, measured and saved."""

import argparse
from typing import TYPE_CHECKING

from workbench.cli.experiment import destinations
from workbench.cli.output import complain, say
from workbench.progress import Bar, interruptible
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    import xarray as xr

    from workbench.analysis.information import Estimator
    from workbench.networks import Training

SUMMARY = "Measure the information plane of a network while it trains."
EXAMPLES = (
    "workbench plane --preset tishby --seeds 10 --out plane.nc",
    'workbench plane --preset "tishby, ReLU" --epochs 500 --estimator FloorBins --set width=0.1 --out relu.nc',
)
_INTERRUPTED = 130


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preset", default="tishby", metavar="NAME", help="a training of the laboratory (tishby)")
    parser.add_argument("--seeds", help="networks that train at once (as in the preset)")
    parser.add_argument("--epochs", help="how often every example is seen (as in the preset)")
    parser.add_argument("--seed", help="seed of the first network (0)")
    parser.add_argument("--measured", type=int, default=100, help="epochs to measure (100)")
    parser.add_argument("--estimator", metavar="NAME", help="an estimator of layers (the one that suits the preset)")
    parser.add_argument(
        "--band", action="store_true", help="also with half and twice the free parameter of the estimator"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the estimator; repeat it"
    )
    parser.add_argument("--out", metavar="PLANE.nc", help="save the plane; an older file stays until it is whole")


def main(args: argparse.Namespace) -> int:
    if args.measured < 2:
        raise Refusal(
            "a whole number from 2 for --measured", str(args.measured), "measure the first and the last epoch"
        )
    destinations.require(args.out, None)
    from workbench import storage

    training = _training(args)
    result = record(training, _estimator(args), args.measured, args.band)
    if args.out:
        storage.save(result, args.out)
    _report(result, args)
    if (reached := int(result.epoch[-1])) < training.epochs:
        complain(f"interrupted: measured up to epoch {reached} of {training.epochs}")
        return _INTERRUPTED
    return 0


def record(training: "Training", estimator: "Estimator", count: int, band: bool = False) -> "xr.Dataset":
    """Train with a bar, and measure every layer of every seed at `count` epochs; `band`: around the estimator too.

    Ctrl-C ends the training; what was measured until then is kept.
    """
    from workbench import networks, run

    problem, epochs = training.problem(), networks.spaced_epochs(training.epochs, count)
    readers = (estimator, *(estimator.around() if band else ()))
    bar, found = Bar(training.steps), {reader: {} for reader in readers}
    states = run.guard(problem, training.optimiser, run.iterate(problem, training.optimiser))
    with interruptible() as asked:
        ended = run.until(states, lambda state: state.k >= training.steps or asked())
        try:
            for state in networks.at_epochs(ended, epochs):
                for reader, path in found.items():
                    path[state.epoch] = networks.information(problem, state.x, reader)
                bar.show(state.k)
        finally:
            bar.clear()
    return networks.as_dataset(training, estimator, found.pop(estimator), found)


def _training(args: argparse.Namespace) -> "Training":
    """The preset, with the numbers that were given."""
    from workbench.networks import PRESETS, Training
    from workbench.parameters import changed, parameters

    preset = PRESETS[one_of("a training of the laboratory", args.preset, PRESETS)]
    own = {p.name: p for p in parameters(Training)}
    given = {name: getattr(args, name) for name in ("seeds", "epochs", "seed") if getattr(args, name) is not None}
    return changed(preset, **{name: own[name].typed(text, "Training") for name, text in given.items()})


def _estimator(args: argparse.Namespace) -> "Estimator":
    from workbench import catalog, networks
    from workbench.paths import altered

    usual = networks.reader(args.preset)
    cls = type(usual) if args.estimator is None else catalog.find("estimator", args.estimator)
    words = {}
    for item in args.set:
        name, equals, text = item.partition("=")
        if not equals:
            raise Refusal("--set parameter=value", repr(item), "write, for example, --set edges=30")
        words[name] = text
    return altered(usual if cls is type(usual) else cls(), words, ())


def _report(result: "xr.Dataset", args: argparse.Namespace) -> None:
    """The last epoch, layer by layer: the mean over the seeds."""
    last = result.isel(epoch=-1).mean("seed")
    for layer, x, y in zip(last.layer.values, last.I_x.values, last.I_y.values, strict=True):
        say(f"{layer:>6}  I(X;T) {x:7.4f}  I(T;Y) {y:6.4f} bits")
    say(f"{result.sizes['epoch']} epochs of {int(result.epoch[-1])}, mean of {result.sizes['seed']} seeds at the last")
    for sentence in filter(None, (result.attrs["breaches"], result.attrs["refused"])):
        say(sentence)
    if args.out:
        say(f"saved {args.out}")
