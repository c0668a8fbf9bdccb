"""Numbers and parts of runs as a person reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.comparison.compared_run import PARTS, ComparedRun
from workbench.comparison.metrics import Number
from workbench.comparison.settings import flat, in_words
from workbench.refusal import listed

_ALWAYS = ("weight", "sigma", "width", "name")  # said though a class has them by default
_NEVER = ("shape",)
_MOST = 6


def number(value: Number, name: str = "") -> str:
    """A metric with as many digits as mean something; a dash where it is not known."""
    if value is None:
        return "–"
    if name == "psnr":
        return f"{value:.2f}"
    if name in ("k", "calls"):
        return f"{value:.0f}" if value == round(value) else f"{value:.1f}"
    return f"{value:.7g}" if name == "objective" else f"{value:.4g}"


def spread(mean: Number, deviation: Number, name: str = "") -> str:
    """A mean and its standard deviation, to two digits."""
    if mean is None or deviation is None:
        return number(mean, name)
    return f"{number(mean, name)} ± {deviation:.2g}"


def part_words(part: Any) -> str:
    """A part by the name of its class and the settings that are not usual: "TotalVariation (weight 20)"."""
    if not isinstance(part, Mapping) or "type" not in part:
        return in_words(part)
    said = []
    for path, (value, usual) in flat(part).items():
        last = path.rpartition(".")[2]
        if last not in _NEVER and (last in _ALWAYS or not usual) and value is not None:
            said.append(f"{path} {in_words(value)}")
    inside = f" ({', '.join(said[:_MOST])})" if said else ""
    return f"{part['type'].rpartition('.')[2]}{inside}"


def parts_of(run: ComparedRun) -> dict[str, str]:
    """Each part of a run in words, and its signal and its number of iterations."""
    told = run.description
    found = {part: part_words(told[part]) for part in PARTS if part in told}
    if found.get("parametrisation", "").startswith("Direct"):
        del found["parametrisation"]
    source = told.get("source", told.get("truth"))
    signal = {"signal": part_words(source)} if source is not None else {}
    return signal | found | {"iterations": number(float(run.dataset["k"].values[-1]), "k")}


def caption(runs: Sequence[ComparedRun], head: str) -> str:
    """A sentence of the figure, and what every part was: once where runs agree, by run where they do not."""
    told = [parts_of(run) for run in runs]
    sentences = [head]
    for part in dict.fromkeys(name for each in told for name in each):
        values = [each.get(part, "none") for each in told]
        if len(set(values)) == 1:
            sentences.append(f"{part.capitalize()}: {values[0]}.")
            continue
        groups: dict[str, list[str]] = {}
        for run, value in zip(runs, values, strict=True):
            groups.setdefault(value, []).append(run.label)
        each_of = "; ".join(v if [v] == names else f"{v} [{listed(names)}]" for v, names in groups.items())
        sentences.append(f"{part.capitalize()}: {each_of}.")
    return " ".join(sentences)
