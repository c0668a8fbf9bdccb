"""Ten seeds of the classic run at once: 12 bits, 12-10-7-5-4-3-2, tanh, Adam, 8000 epochs, 100 of them measured.

Measured are loss, accuracy, lambda_max, and the units of every layer on all 4096 words, in bins.
"""

import time

import torch

from benchmarks.common import arguments, publish, table
from workbench.algorithms import State
from workbench.data import twelve_bit
from workbench.networks import Sharpness, at_epochs, classic, learning, progress, spaced_epochs
from workbench.parameters import changed
from workbench.problem import Problem
from workbench.run import after, collect, iterate, observe, until

HEAD = ("part", "seconds", "each")


class Binned:
    """The probe that puts every unit of every layer into 30 bins, as estimators of information want it."""

    def __init__(self, problem: Problem) -> None:
        self.words = learning(problem).over(twelve_bit()[0].double())

    def __call__(self, problem: Problem, state: State) -> dict[str, torch.Tensor]:
        edges = torch.linspace(-1, 1, 30)
        layers = [torch.bucketize(layer.contiguous(), edges) for layer in self.words.layers(state.x)]
        distinct = [[len(item.unique(dim=0)) for item in layer] for layer in layers]
        return {f"cells_{i}": torch.tensor(row, dtype=torch.float64) for i, row in enumerate(distinct, 1)}


def main() -> None:
    given = arguments(__doc__, repetitions=1, seeds=10, epochs=8000, measured=100)
    training = changed(classic(given.seeds), epochs=given.epochs)
    problem = training.problem()
    wanted = spaced_epochs(given.epochs, given.measured)
    states = at_epochs(until(iterate(problem, training.optimiser), after(training.steps)), set(wanted))
    begin, cpu = time.perf_counter(), time.process_time()
    found = collect(observe(problem, states, progress, Sharpness(), Binned(problem)))
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    steps = float(found.seconds[-1])
    rows = [
        (f"{training.steps} steps of {given.seeds} seeds", steps, f"{1e3 * steps / training.steps:.2f} ms a step"),
        (f"{len(wanted)} measured epochs", seconds - steps, f"{(seconds - steps) / len(wanted):.3f} s an epoch"),
        ("both", seconds, f"{cpu:.0f} s of processor time"),
    ]
    end = {name: found[name].values[-1].tolist() for name in ("loss", "accuracy", "held_out_accuracy", "sharpness")}
    note = "At the end, over the seeds: " + "; ".join(
        f"{name.replace('_', ' ')} {min(values):.4g} to {max(values):.4g}" for name, values in end.items()
    )
    publish("networks", {"rows": rows, "end": end}, note + ".", table(HEAD, rows))


if __name__ == "__main__":
    main()
