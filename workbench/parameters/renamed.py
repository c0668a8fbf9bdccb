"""Names that changed: what older runs, addresses and options say, and what it is called by now.

A line of RENAMED is `old: new`, CLASS being the home of today, such as "operators.GaussianBlur":
a class by its home, "operators.Blur": "operators.GaussianBlur";
an argument, "operators.GaussianBlur.sigma": "width";
a word that an argument takes, "data.Shipped.name=cameraman": "camera".
"""

import importlib
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workbench.refusal import Refusal

RENAMED: dict[str, str] = {
    # One word for two things: each name is of one class since 0.1.0.
    "operators.Sum": "operators.OperatorSum",
    "noise.Sobolev": "noise.SobolevNoise",
    "priors.GraphLaplacian": "priors.GraphSmoothness",
    "networks.Digits": "networks.DigitExamples",
    "recipes.Denoising": "recipes.DenoisingTask",
    "analysis.information.ensembles.GaussianProcess": "analysis.information.ensembles.GaussianRandomField",
    "analysis.information.filters.Chebyshev": "analysis.information.filters.ChebyshevFilter",
    "analysis.information.filters.HeavyBall": "analysis.information.filters.HeavyBallFilter",
    "analysis.information.filters.Landweber": "analysis.information.filters.LandweberFilter",
    "analysis.information.filters.Tikhonov": "analysis.information.filters.TikhonovFilter",
    "analysis.information.filters.Wiener": "analysis.information.filters.WienerFilter",
    "analysis.information.sampled.Sampling": "analysis.information.sampled.PlaneSampling",
    "analysis.spectrum.Study": "analysis.spectrum.SpectrumStudy",
    "experiment.Experiment.truth": "source",
    # A lesson is what a person is taught by; a network has a training task.
    "recipes.DenoisingLesson": "recipes.DenoisingTask",
    "recipes.Recipe.lesson": "task",
}


def class_home(home: str) -> str:
    """The home of today of the class that a description names."""
    return RENAMED.get(home, home)


def class_name(name: str, homes: Iterable[str]) -> str:
    """The name of today of a class that is known by its name alone, among those of such homes."""
    known = set(homes)
    before = (new for old, new in RENAMED.items() if old.rpartition(".")[2] == name and new in known)
    return next(before, name).rpartition(".")[2]


def exports(package: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package: an older name of what it exports is the class of today, with a warning."""

    def find(name: str) -> Any:
        home = f"{package.removeprefix('workbench.')}.{name}"
        if home not in RENAMED:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, new = RENAMED[home].rpartition(".")
        warnings.warn(f"{name} is {new} now", DeprecationWarning, stacklevel=2)
        return getattr(importlib.import_module(f"workbench.{module}"), new)

    return find


def argument(home: str, name: str) -> str:
    """The name of today of an argument of a class."""
    return RENAMED.get(f"{home}.{name}", name)


def word(home: str, name: str, value: Any) -> Any:
    """The word of today for one that an argument was given; any other value as it is."""
    return RENAMED.get(f"{home}.{name}={value}", value) if isinstance(value, str) else value


def arguments(home: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a class by the names of today, words among them too; also by paths that begin with such a name.

    Refusal where an argument is there under both of its names.
    """
    found: dict[str, Any] = {}
    for path, value in given.items():
        old, dot, rest = path.partition(".")
        name = argument(home, old)
        now = f"{name}{dot}{rest}"
        if now in found or (now != path and now in given):
            raise Refusal(f"{now} once", f"also {path}, its older name", f"leave {path} out")
        found[now] = value if dot else word(home, name, value)
    return found
