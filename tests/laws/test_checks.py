"""`workbench.check`: every member of the catalogue passes, and what is broken on purpose is found."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

import pytest
import torch
from torch import Tensor

import workbench
from workbench import catalog
from workbench.algorithms import Algorithm
from workbench.cli import main
from workbench.noise import Gaussian, Laplace
from workbench.operators import LinearOperator, Operator, SignalShape
from workbench.parameters import Range, parameters
from workbench.priors import Can, Tikhonov
from workbench.refusal import Refusal

MEMBERS = [
    pytest.param(cls, id=f"{kind}-{name}") for kind in catalog.KINDS for name, cls in catalog.members(kind).items()
]


@pytest.mark.parametrize("cls", MEMBERS)
def test_every_member_of_the_catalogue_passes(cls):
    small = issubclass(cls, Operator) and "shape" in {p.name for p in parameters(cls)}
    report = workbench.check(_of_size(cls) if small else cls)
    assert report.ok, report


def _of_size(cls: type) -> Operator:
    for shape in ((1, 8, 8), (3, 8, 8), (1, 16)):
        try:
            return cls(shape)
        except Refusal:
            continue
    return cls()


class Grey(LinearOperator):
    """A x = x / 2: right in every way."""

    def __init__(self, shape: SignalShape = (1, 6, 6)) -> None:
        super().__init__(shape, shape)
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x / 2

    def adjoint(self, y: Tensor) -> Tensor:
        return y / 2


class WrongAdjoint(Grey):
    """A x = x / 2."""

    def adjoint(self, y: Tensor) -> Tensor:
        return 0.5001 * y


class NotLinear(Grey):
    """A x = x / 2 + 1."""

    def forward(self, x: Tensor) -> Tensor:
        return x / 2 + 1


class Writes(Grey):
    """A x = x / 2."""

    def forward(self, x: Tensor) -> Tensor:
        return x.div_(2)


class Random(Grey):
    """A x = x / 2 + n."""

    def forward(self, x: Tensor) -> Tensor:
        return x / 2 + 1e-3 * torch.rand_like(x)


class Single(Grey):
    """A x = x / 2."""

    def forward(self, x: Tensor) -> Tensor:
        return (x / 2).to(torch.complex64 if x.is_complex() else torch.float32)


class Mixes(Grey):
    """A x = x less its mean over the batch."""

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(0, keepdim=True)


class WrongNorm(Grey):
    """A x = x / 2."""

    def closed_norm(self) -> float:
        return 1.0


class WrongInverse(Grey):
    """A x = x / 2."""

    def gram_inverse(self, b: Tensor, c: float) -> Tensor:
        return b / (0.5 + c)


class WrongSpectrum(Grey):
    """A x = x / 2."""

    def spectrum(self) -> Tensor:
        return torch.full((36,), 0.5, dtype=torch.float64)


class Forgets(Grey):
    """A x = x / 2."""

    def __init__(self, shape: SignalShape = (1, 6, 6), factor: Annotated[float, Range(0, 1), "how dark"] = 0.5) -> None:
        super().__init__(shape)


class Detached(Operator):
    """A x = x max |x|, of which autograd does not see the maximum."""

    def __init__(self, shape: SignalShape = (1, 6, 6)) -> None:
        super().__init__(shape, shape)
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x * x.detach().abs().flatten(1).amax(1)[:, None, None, None]


class WrongGradient(Tikhonov):
    """weight |x|^2 / 2."""

    def grad(self, x: Tensor) -> Tensor:
        return 1.01 * super().grad(x)


class WrongLipschitz(Tikhonov):
    """weight |x|^2 / 2."""

    def lipschitz(self) -> float:
        return 0.9 * super().lipschitz()


class WrongProx(Tikhonov):
    """weight |x|^2 / 2."""

    def prox(self, x: Tensor, step: float) -> Tensor:
        return super().prox(x, 1.1 * step)


class OneValue(Tikhonov):
    """weight |x|^2 / 2, of the whole batch."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).sum()


class SaysTooMuch(Tikhonov):
    """weight |x|^2 / 2."""

    can = Tikhonov.can | Can.PROX

    def prox(self, x: Tensor, step: float) -> Tensor:
        raise self._lacks(Can.PROX)


@dataclass(frozen=True)
class WrongLevel(Gaussian):
    """y = clean + sigma n."""

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return super().grad(clean, y) / 1.05

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        return super().curvature(clean, y) / 1.05


@dataclass(frozen=True)
class GlobalNoise(Gaussian):
    """y = clean + sigma n."""

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return clean + self.sigma * torch.randn_like(clean)


@dataclass(frozen=True)
class WrongNoiseProx(Gaussian):
    """y = clean + sigma n."""

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        return super().prox(v, y, 2 * step)


@dataclass(frozen=True)
class WrongSign(Laplace):
    """y = clean + n."""

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return -super().grad(clean, y)


@dataclass(frozen=True)
class WrongInformation(Laplace):
    """y = clean + n."""

    def precision(self, clean: Tensor) -> Tensor:
        return 2 * super().precision(clean)


@dataclass(frozen=True)
class WrongConjugate(Laplace):
    """y = clean + n."""

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        return 2 * super().conjugate(p, y)


@dataclass(frozen=True)
class Walk(Algorithm):
    """x <- x - 1e-4 grad."""

    def step(self, problem, state, rng):
        return replace(state, x=state.x - 1e-4 * problem.misfit_grad(state.x), k=state.k + 1)


@dataclass(frozen=True)
class InPlace(Walk):
    """x <- x - 1e-4 grad."""

    def step(self, problem, state, rng):
        state.x.sub_(1e-4 * problem.misfit_grad(state.x))
        return replace(state, k=state.k + 1)


@dataclass(frozen=True)
class ByTwo(Walk):
    """x <- x - 1e-4 grad."""

    def step(self, problem, state, rng):
        return replace(super().step(problem, state, rng), k=state.k + 2)


@dataclass(frozen=True)
class Uphill(Walk):
    """x <- x + 1e-4 grad."""

    def step(self, problem, state, rng):
        return replace(state, x=state.x + 1e-4 * problem.misfit_grad(state.x), k=state.k + 1)


@dataclass(frozen=True)
class OneStep(Walk):
    """x <- x - grad / |grad|, the length over the batch."""

    def step(self, problem, state, rng):
        slope = problem.misfit_grad(state.x)
        return replace(state, x=state.x - 1e-3 * slope / slope.norm(), k=state.k + 1)


class Undecorated(Gaussian):
    """y = clean + n, whose other number no constructor takes."""

    other: Annotated[float, Range(0, 1), "a number"] = 0.5


@pytest.mark.parametrize("cls", [Grey, Walk, Tikhonov, Gaussian])
def test_what_is_right_passes(cls):
    report = workbench.check(cls)
    assert report.ok, report
    assert str(report).endswith("laws hold")


@pytest.mark.parametrize(
    ("cls", "law"),
    [
        (WrongAdjoint, "<A v, y> = <v, A* y>"),
        (NotLinear, "A (x + c v) = A x + c A v"),
        (Writes, "an operator that leaves its signal as it is"),
        (Random, "the same x gives the same A x"),
        (Single, "A x keeps precision"),
        (Mixes, "items of a batch are independent"),
        (WrongNorm, "closed_norm"),
        (WrongInverse, "gram_inverse"),
        (WrongSpectrum, "spectrum"),
        (Forgets, "under its own name"),
        (Undecorated, "is an argument: not other: is there @dataclass"),
        (Detached, "J is the derivative"),
        (WrongGradient, "grad is the slope of g"),
        (WrongLipschitz, "grad has the Lipschitz constant"),
        (WrongProx, "no signal is better"),
        (OneValue, "g(x) is (B,)"),
        (SaysTooMuch, "prox: `can` says what is there"),
        (WrongLevel, "grad is the slope of nll"),
        (WrongLevel, "variance of grad"),
        (GlobalNoise, "the same stream gives the same"),
        (WrongNoiseProx, "nothing is better than the prox"),
        (WrongSign, "grad is the slope of nll"),
        (WrongInformation, "variance of grad"),
        (WrongConjugate, "the conjugate meets nll"),
        (InPlace, "a step leaves state and data"),
        (ByTwo, "a step counts by one"),
        (Uphill, "the objective falls"),
        (OneStep, "of a batch is a run by itself"),
    ],
)
def test_what_is_broken_is_found(cls, law):
    assert any(law in f"{finding.law}: {finding.measured}" for finding in wrong(cls)), workbench.check(cls)


def wrong(cls: type) -> Iterator:
    return (finding for finding in workbench.check(cls).findings if not finding.ok)


def test_only_the_four_kinds_are_checked():
    with pytest.raises(Refusal, match="an operator, a prior, a noise or an algorithm"):
        workbench.check(3)


def test_the_command_line_prints_a_line_a_law(capsys, tmp_path):
    assert main(["check", "Mask"]) == 0
    assert "ok     <A v, y> = <v, A* y>, float64" in capsys.readouterr().out
    file = tmp_path / "own_check_of_a_test.py"
    file.write_text(
        "from workbench.operators import Identity\n\n\nclass Dim(Identity):\n"
        '    """A x = x / 2."""\n\n    def forward(self, x):\n        return x / 2\n'
    )
    assert main(["check", f"{file}:Dim"]) == 1
    said = capsys.readouterr().out
    assert "WRONG  <A v, y> = <v, A* y>, float64: relative error" in said
    assert main(["check", str(file)]) == 1
    capsys.readouterr()
    assert main(["check", f"{file}:Dam"]) == 2
    assert "did you mean Dim" in capsys.readouterr().err
    assert main(["check", "Mosk"]) == 2


class Shaded(Grey):
    """A x = map x, entry by entry."""

    def __init__(
        self, shape: Annotated[SignalShape, "of the signal"] = (1, 6, 6), map: Annotated[object, "weights"] = None
    ) -> None:
        super().__init__(shape)
        self.map = map

    def forward(self, x: Tensor) -> Tensor:
        return x if self.map is None else torch.as_tensor(self.map).to(x) * x

    def adjoint(self, y: Tensor) -> Tensor:
        return self.forward(y)


def test_a_measured_map_is_no_reason_to_complain():
    report = workbench.check(Shaded((1, 6, 6), torch.linspace(0.5, 1, 36).reshape(1, 6, 6)))
    assert report.ok, report
