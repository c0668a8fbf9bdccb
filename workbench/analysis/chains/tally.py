"""How often a sampler asks the operator and the denoiser."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from torch import nn

from workbench.problem import Problem

_Module = TypeVar("_Module", bound=nn.Module)


@dataclass
class Tally:
    """Calls by the name of the method: each is one batch, however many chains stand in it."""

    calls: dict[str, int] = field(default_factory=dict)

    @property
    def network(self) -> int:
        """nfe: evaluations of the denoiser or of the restoration network."""
        return self.calls.get("denoise", 0) + self.calls.get("restore", 0)

    @property
    def forward(self) -> int:
        return self.calls.get("forward", 0)

    @property
    def adjoint(self) -> int:
        return self.calls.get("adjoint", 0)


def tallied(problem: Problem) -> tuple[Problem, Tally]:
    """The problem with an operator and a prior that count, of the same types, and what they count."""
    tally = Tally()
    operator = _listening(problem.operator, ("forward", "adjoint"), tally)
    prior = _listening(problem.prior, ("denoise", "restore"), tally)
    return replace(problem, operator=operator, prior=prior), tally


def _listening(module: _Module, names: tuple[str, ...], tally: Tally) -> _Module:
    twin = copy.copy(module)
    for name in names:
        if hasattr(module, name):
            setattr(twin, name, _counted(getattr(module, name), name, tally))
    return twin


def _counted(method: Callable[..., Any], name: str, tally: Tally) -> Callable[..., Any]:
    def counting(*arguments: Any) -> Any:
        tally.calls[name] = tally.calls.get(name, 0) + 1
        return method(*arguments)

    return counting
