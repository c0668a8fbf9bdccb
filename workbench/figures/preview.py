"""What a member of the catalogue does to a test signal: small pictures, for menus, the catalogue and lectures."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from workbench.algorithms import LBFGS, PDHG, Algorithm
from workbench.data import Shipped
from workbench.data.example_signals.example_signal import ExampleSignal
from workbench.figures.run_figure import row
from workbench.figures.scenes import drawn, reconstructed
from workbench.figures.valley import Valley, valley
from workbench.noise import Gaussian, Noise
from workbench.operators import Field, Identity, Operator
from workbench.parameters import changed, parameters
from workbench.priors import Can, Prior
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import complex_of

# What does not take the first of them takes one of the others: it wants colours, its size, one axis, or three.
_SIGNALS = (
    Shipped("shepp_logan", 64),
    Shipped("astronaut", 64),
    Shipped("camera", 32),
    Shipped("blocks", 256),
    ExampleSignal("cross_sections"),
)
_SIGMA = 0.1  # of the noise that a prior takes away
_STEPS = 60
_WEIGHTS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
_ENOUGH = 0.7  # a good estimate takes away somewhat less than all of the noise
_DENOISED = ("noisy", "denoised")
Move = Callable[[Prior, Tensor], Tensor]
_SEED = 0


@dataclass(frozen=True, eq=False)
class Preview:
    """A signal before and after: real or complex, (B, C, *space), and what each of the two is.

    `comparable`: a grey means the same number in both.
    """

    before: Tensor
    after: Tensor
    names: tuple[str, str]
    comparable: bool = False

    def png(self) -> bytes:
        """The two beside each other as a PNG file."""
        signals = [(self.names[0], self.before.numpy()), (self.names[1], self.after.numpy())]
        return row(signals, self.comparable)


def preview(member: Operator | Noise | Prior | Algorithm) -> Preview | Valley:
    """Of an operator, a noise, a prior or a method; Refusal where it takes none of the test signals.

    A prior at the least of weights far apart that takes away about as much as was added, where it has a weight.
    A method has its path through a valley of two unknowns, or, where it needs a picture, what it makes of data.
    """
    return _of_method(member) if isinstance(member, Algorithm) else _of_signal(member)


def _of_method(algorithm: Algorithm) -> Preview | Valley:
    try:
        return valley(algorithm)
    except Refusal:
        y, x = reconstructed(algorithm)
        return Preview(_seen(y), x, (_named(y), "result"))


def _of_signal(member: Operator | Noise | Prior) -> Preview:
    told = []
    for signal in _SIGNALS:
        x = signal.tensor()
        try:
            return _of(member, x)
        except Refusal as refusal:
            told.append(refusal)
    raise told[0]


@functools.singledispatch
def _of(member: Any, x: Tensor) -> Preview:
    raise TypeError(f"no preview of {type(member).__name__}")


@_of.register
def _operator(operator: Operator, x: Tensor) -> Preview:
    """The signal and its data; those of frequencies fall too fast to be seen, so their logarithm."""
    operator = operator.fitted(tuple(x.shape[1:]))
    y = operator(x if Field.REAL in operator.field else x.to(complex_of(x.dtype)))
    return Preview(x, _seen(y), ("signal", _named(y)))


def _seen(y: Tensor) -> Tensor:
    """Data as they are drawn."""
    return (y.abs() / y.abs().amax() + 1e-3).log10() if y.is_complex() else y


def _named(y: Tensor) -> str:
    return "data, log" if y.is_complex() else "data"


@_of.register
def _noise(noise: Noise, x: Tensor) -> Preview:
    return Preview(x, drawn(noise, x), ("clean", "noisy"), True)


@_of.register
def _prior(prior: Prior, x: Tensor) -> Preview:
    """What the prior makes of a noisy signal: the way that comes first of those it has."""
    shape, complex_too = tuple(x.shape[1:]), complex_of(x.dtype)
    x = x.to(complex_too) if prior.unfit(shape, x.dtype) and not prior.unfit(shape, complex_too) else x
    if sentence := prior.unfit(shape, x.dtype):
        raise Refusal(f"a signal for {type(prior).__name__}", sentence, "show it another one")
    for ability, (degraded, restored, names) in _WAYS.items():
        if ability in prior.can:
            noisy = degraded(prior, x)
            return Preview(noisy, restored(prior, noisy), names, names is _DENOISED)
    raise Refusal("a prior that can be seen at work", type(prior).__name__, "give it a prox, a denoiser or a gradient")


def _restored(restored: Move, prior: Prior, noisy: Tensor) -> Tensor:
    if not any(p.name == "weight" for p in parameters(type(prior))):
        return restored(prior, noisy)
    found = noisy
    for weight in _WEIGHTS:
        found = restored(changed(prior, weight=weight), noisy)
        if float((noisy - found).abs().square().mean().sqrt()) >= _ENOUGH * _SIGMA:
            break
    return found


def _noisy(prior: Prior, x: Tensor) -> Tensor:
    return drawn(Gaussian(_SIGMA), x)


def _blurred(prior: Prior, x: Tensor) -> Tensor:
    return prior.degradation(tuple(x.shape[1:]))(x)


def _minimised(algorithm: Algorithm, prior: Prior, y: Tensor) -> Tensor:
    problem = Problem(Identity(tuple(y.shape[1:])), Gaussian(_SIGMA), prior, y)
    states = iterate(problem, algorithm, seed=_SEED)
    return [state for state, _ in zip(states, range(_STEPS), strict=False)][-1].x


_WAYS: dict[Can, tuple[Move, Move, tuple[str, str]]] = {
    Can.RESTORE: (_blurred, lambda prior, y: prior.restore(y), ("degraded", "restored")),
    Can.DENOISE: (_noisy, functools.partial(_restored, lambda prior, y: prior.denoise(y, _SIGMA)), _DENOISED),
    Can.SPLIT: (_noisy, functools.partial(_restored, functools.partial(_minimised, PDHG())), _DENOISED),
    Can.GRAD: (_noisy, functools.partial(_restored, functools.partial(_minimised, LBFGS())), _DENOISED),
}
