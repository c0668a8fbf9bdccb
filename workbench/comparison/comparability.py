"""What of some runs can be compared, and what cannot, in sentences."""

from collections.abc import Callable, Sequence

from workbench.comparison.compared_run import ComparedRun
from workbench.comparison.metrics import replicated
from workbench.comparison.settings import Setting
from workbench.refusal import listed
from workbench.tensors import shown


def sentences(runs: Sequence[ComparedRun], differing: Sequence[Setting]) -> tuple[str, ...]:
    """What is not compared, and why; nothing where everything is."""
    return tuple(
        s
        for s in (
            _ended(runs),
            _moved(runs),
            _pictures(runs),
            _truths(runs),
            _objectives(runs, differing),
            _draws(runs),
            _repeats(runs),
            _counts(runs),
        )
        if s
    )


def _ended(runs: Sequence[ComparedRun]) -> str:
    diverged = [run.label for run in runs if run.diverged]
    broken = [run.label for run in runs if run.interrupted]
    lost = f"Diverged, shown at the last good iteration, never the best and not marked: {listed(diverged)}."
    short = f"Interrupted before the end that was asked for: {listed(broken)}."
    return " ".join(s for s, of in ((lost, diverged), (short, broken)) if of)


def _moved(runs: Sequence[ComparedRun]) -> str:
    """Of runs on the page, where a slider may be moved on the way."""
    moved = [run.label for run in runs if run.marks]
    said = "best and marks are of what came after the last change, seconds and calls of all"
    return f"Settings were changed on the way of {listed(moved)}: {said}." if moved else ""


def _groups(runs: Sequence[ComparedRun], key: Callable[[ComparedRun], object]) -> dict[object, list[str]]:
    found: dict[object, list[str]] = {}
    for run in runs:
        found.setdefault(key(run), []).append(run.label)
    return found


def _told(groups: dict[object, list[str]]) -> str:
    return "; ".join(listed(labels) for labels in groups.values())


def _pictures(runs: Sequence[ComparedRun]) -> str:
    groups = _groups(runs, lambda run: run.picture.shape)
    if len(groups) == 1:
        return ""
    sizes = "; ".join(f"{shown(shape)}: {listed(labels)}" for shape, labels in groups.items())  # type: ignore[arg-type]
    return f"Pictures of different sizes are shown, but not subtracted from one another ({sizes})."


def _truths(runs: Sequence[ComparedRun]) -> str:
    groups = _groups(runs, lambda run: run.truth_key)
    if len(groups) == 1:
        return "" if "" not in groups else "No truth is known: there is no PSNR, and no error."
    told = _told(groups)
    if "" in groups and len(groups) == 2:
        return f"Of {listed(groups[''])} no truth is known: PSNR and errors are those of the others."
    return f"PSNR and errors are against different truths, so that one is not better by having more ({told})."


def _objectives(runs: Sequence[ComparedRun], differing: Sequence[Setting]) -> str:
    groups = _groups(runs, lambda run: run.objective_key)
    if len(groups) == 1:
        return ""
    heads = ("operator", "parametrisation", "noise", "prior", "source", "truth")
    why = [s.path for s in differing if s.path.partition(".")[0] in heads]
    reason = f" (they differ in {listed(why, 6)})" if why else ""
    told = _told(groups)
    return f"Objectives of different problems{reason} are not on one axis, and each is marked among its like: {told}."


def _draws(runs: Sequence[ComparedRun]) -> str:
    """Of runs whose settings pose one problem, with data of their own."""
    exact = len(_groups(runs, lambda run: run.problem_key))
    if exact == len(_groups(runs, lambda run: run.objective_key)):
        return ""
    return "Data of one problem are other random numbers in some runs: the best objective is that of equal data."


def _repeats(runs: Sequence[ComparedRun]) -> str:
    left = [runs[number].label for group in replicated(runs) for number in group.repeats]
    said = f"{len(left)} of {len(runs)} runs repeat one, and do not count again ({listed(left)})"
    return f"Spread is over different seeds: {said}." if left else ""


def _counts(runs: Sequence[ComparedRun]) -> str:
    missing = [run.label for run in runs if "calls" not in run.dataset.coords]
    if missing:
        return f"Calls of the operator were not counted in {listed(missing)}."
    free = [run.label for run in runs if len(run.dataset["k"]) > 1 and not run.dataset["calls"].values[-1]]
    reason = "inverses in closed form, which have a price of their own"
    return f"No step of {listed(free)} applies the operator ({reason}): compare its seconds." if free else ""
