"""What every algorithm of the catalogue does by existing, on every noise and prior it can take."""

import contextlib
import copy
import dataclasses
import functools
import itertools
import json
import pickle
import re
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor

from workbench import algorithms, catalog, noise, operators, priors, storage
from workbench.algorithms import Algorithm, State
from workbench.analysis.grid import cover
from workbench.checks.algorithms import equal_numbers, same
from workbench.checks.algorithms import problem as solvable
from workbench.noise import Likelihood
from workbench.operators import Operator
from workbench.parameters import as_code, changed, describe, parameters, rebuild
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, resume, run, until
from workbench.tensors import generator

MEMBERS = [cls() for cls in catalog.members("algorithm").values()]
NOISES = [cls() for cls in catalog.members("noise").values()]
PRIORS = [cls() for cls in catalog.members("prior").values()]
SHAPED = [cls for cls in catalog.members("operator").values() if "shape" in {p.name for p in parameters(cls)}]
STEPS = 5


def name(value: object) -> str:
    return type(value).__name__


def disc(side: int, batch: int = 1) -> Tensor:
    """Discs of growing radius on a slope, all positive: (batch, 1, side, side)."""
    t = torch.linspace(0, 1, side, dtype=torch.float64)
    far = (t[:, None] - 0.5) ** 2 + (t[None] - 0.4) ** 2
    return torch.stack([0.2 + 0.6 * (far < 0.05 * (b + 1)) + 0.2 * t[None] for b in range(batch)])[:, None]


def fits(operator: Operator, noise: noise.Noise, truth: Tensor) -> list[Problem]:
    """The problems, one a prior, whose parts fit together."""
    made: list[Problem] = []
    with contextlib.suppress(Refusal):
        bare = Problem.simulate(operator, noise, priors.Zero(), truth)
        for prior in PRIORS:
            with contextlib.suppress(Refusal):
                made.append(dataclasses.replace(bare, prior=prior))
    return made


def small(operator: type[Operator], batch: int = 2) -> list[Problem]:
    """Every noise and prior with one operator, 8 x 8; of a batch the later items are the dimmer ones."""
    truth = disc(8, batch) / (1 + 4 * torch.arange(batch, dtype=torch.float64).reshape(-1, 1, 1, 1))
    return [p for n in NOISES for p in fits(operator((1, 8, 8)), n, truth)]


def covering(problems: list[Problem], strength: int) -> list[tuple[Problem, Algorithm]]:
    """Problems with algorithms that can run on them: `strength` choices that can stand together do so in one cell."""
    valid = {
        (name(p.operator), name(p.noise), name(p.prior), name(a)): (p, a)
        for p, a in itertools.product(problems, MEMBERS)
        if not a.lacks(p)
    }
    return [valid[cell] for cell in cover(list(valid), strength)]


CELLS = [
    pytest.param(problem, algorithm, id=f"{name(algorithm)}-{name(problem.noise)}-{name(problem.prior)}-{field}")
    for field, operator, strength in (("real", operators.GaussianBlur, 2), ("complex", operators.FourierMask, 1))
    for problem, algorithm in covering(small(operator), strength)
]
cells = pytest.mark.parametrize(("problem", "algorithm"), CELLS)
certain = pytest.mark.parametrize(("problem", "algorithm"), [c for c in CELLS if not c.values[1].random])
members = pytest.mark.parametrize("algorithm", MEMBERS, ids=name)


def states(problem: Problem, algorithm: Algorithm, steps: int, seed: int = 0) -> list[State]:
    return list(until(iterate(problem, algorithm, seed=seed), after(steps)))


@cells
def test_step_is_pure_and_repeatable(problem: Problem, algorithm: Algorithm) -> None:
    state = states(problem, algorithm, 2)[-1]
    before, y = copy.deepcopy(state), problem.y.clone()
    once = algorithm.step(problem, state, generator(0, state.k + 1))
    again = algorithm.step(problem, state, generator(0, state.k + 1))
    assert same(once, again) and once.k == state.k + 1
    assert same(state, before) and torch.equal(problem.y, y)
    assert once.x.dtype == problem.dtype and tuple(once.x.shape) == problem.shape


@cells
def test_resuming_from_a_pickle_equals_the_straight_run(problem: Problem, algorithm: Algorithm) -> None:
    straight = states(problem, algorithm, STEPS)
    for k in (1, 4):
        if k < len(straight):
            kept = pickle.loads(pickle.dumps(straight[k]))
            for there, here in zip(straight[k + 1 :], resume(problem, algorithm, kept), strict=False):
                assert same(there, here)


@certain
def test_two_in_a_batch_are_two_runs(problem: Problem, algorithm: Algorithm) -> None:
    """Of methods that draw nothing: to each item of the others belong numbers of its own."""
    both = states(problem, algorithm, STEPS)
    for item in range(2):
        alone, shaken = (alone_in(problem, algorithm, both, item, scale) for scale in (1.0, 1.0 + 1e-15))
        # A reduction over one item may round in another order, and some methods magnify rounding a thousandfold.
        rounding = 100 * (alone - shaken).abs().max() + 1e-9 * alone.abs().max()
        assert (alone - both[-1].x[item : item + 1]).abs().max() <= rounding <= 1e-6 * alone.abs().max()


def alone_in(problem: Problem, algorithm: Algorithm, both: list[State], item: int, scale: float) -> Tensor:
    """Where one item of the batch ends when it runs alone, its data multiplied by `scale`."""
    single = dataclasses.replace(problem, y=problem.y[item : item + 1] * scale, truth=None)
    return list(until(iterate(single, algorithm), after(both[-1].k)))[-1].x


@cells
def test_a_moved_slider_keeps_the_iterate_and_goes_on_down(problem: Problem, algorithm: Algorithm) -> None:
    state = states(problem, algorithm, STEPS)[-1]
    # Where a prox is a loop it goes on here: one that ends at its usual tolerance leaves a splitting method as much.
    problem = dataclasses.replace(problem, prior=sharp(problem.prior))
    moved = dataclasses.replace(problem, operator=type(problem.operator)((1, 8, 8), 0.7), noise=louder(problem.noise))
    adapted = algorithm.adapt(moved, state)
    assert adapted.k == state.k and torch.equal(adapted.x, state.x)
    assert equal_numbers(adapted.measured, algorithm.init(moved, state.x, generator(0, 0)).measured)
    *ahead, last = itertools.islice(resume(moved, algorithm, adapted), 40)
    assert torch.isfinite(torch.view_as_real(last.x) if last.x.is_complex() else last.x).all()
    if goes_down(algorithm):
        start = moved.objective(adapted.x)
        # Splitting methods circle a minimum at a corner of the misfit: there the least of their last states counts.
        circling = Likelihood.GRAD not in moved.noise.can
        after = torch.stack([moved.objective(state.x) for state in ([*ahead[20:], last] if circling else [last])])
        assert bool((after.amin(0) <= start + 1e-9 * start.abs() + 1e-9).all())


def sharp(prior: priors.Prior) -> priors.Prior:
    """The prior, and those in it, with a tolerance of 1e-10 where they have one."""
    own = {p.name: getattr(prior, p.name) for p in parameters(type(prior))}
    sharper = {n: sharp(v) for n, v in own.items() if isinstance(v, priors.Prior)}
    sharper |= {n: v for n, v in (("tolerance", 1e-10), ("iterations", 2_000)) if n in own and "tolerance" in own}
    return changed(prior, **sharper) if sharper else prior


def goes_down(algorithm: Algorithm) -> bool:
    return algorithm.minimises and not algorithm.random


def louder(noise_: noise.Noise) -> noise.Noise:
    """The noise with its first number doubled."""
    first = next(p for p in parameters(type(noise_)) if p.range and not isinstance(getattr(noise_, p.name), bool))
    return changed(noise_, **{first.name: 2 * getattr(noise_, first.name)})


@functools.cache
def everywhere() -> list[tuple[Problem, Algorithm]]:
    """Every pair of operators, noises, priors and algorithms that can stand together: 16 x 16, or a small volume."""
    problems: list[Problem] = []
    for operator in map(first_that_fits, SHAPED):
        side = operator.in_shape[-1]
        truth = disc(side).float()[:, :, 0] if len(operator.in_shape) == 2 else disc(side).float()
        problems += [p for n in NOISES for p in fits(operator, n, truth.expand(1, *operator.in_shape).clone())]
    return covering(problems, 2)


@pytest.mark.slow
@pytest.mark.parametrize("operator", SHAPED, ids=lambda cls: cls.__name__)
def test_no_default_diverges(operator: type[Operator]) -> None:
    """No NaN, and no objective above the first, in float32."""
    here = [(p, a) for p, a in everywhere() if isinstance(p.operator, operator)]
    assert here
    for problem, algorithm in here:
        run = states(problem, algorithm, 10)
        first, last = (float(problem.objective(s.x)) for s in (run[0], run[-1]))
        where = f"{as_code(problem.noise)} {as_code(problem.prior)} {as_code(algorithm)}: {first} -> {last}"
        assert bool(run[-1].x.abs().isfinite().all()), where
        slack = 1e-4 * (1 + abs(first)) + 1e-5 * abs(float(problem.misfit(problem.zeros())))
        if goes_down(algorithm) and last > first + slack:
            # Robust noises start at their minimum, which splitting methods leave before they come back to it.
            last = float(problem.objective(states(problem, algorithm, 100)[-1].x))
        assert not goes_down(algorithm) or last <= first + slack, where


def first_that_fits(operator: type[Operator]) -> Operator:
    """The operator for an image of 16 x 16, of one or three channels, for a line of 16, or for a small volume."""
    for shape in ((1, 16, 16), (3, 16, 16), (1, 16), (1, 6, 6, 6)):
        with contextlib.suppress(Refusal):
            return operator(shape)
    raise AssertionError(f"{operator.__name__} takes neither images nor lines nor volumes")


@members
def test_descriptions_rebuild_the_algorithm(algorithm: Algorithm) -> None:
    plain = json.loads(json.dumps(describe(algorithm)))
    assert rebuild(plain) == algorithm and describe(rebuild(plain)) == plain
    assert eval(as_code(algorithm), {"algorithms": algorithms}) == algorithm
    assert pickle.loads(pickle.dumps(algorithm)) == algorithm
    for parameter in parameters(type(algorithm)):
        assert parameter.meaning, f"{name(algorithm)}.{parameter.name} does not say what it means"
    for parameter in parameters(type(algorithm)):
        if parameter.range:
            middle = (parameter.range.low * parameter.range.high) ** 0.5
            value = (middle,) if isinstance(parameter.default, tuple) else parameter.kinds[0](middle)
            moved = dataclasses.replace(algorithm, **{parameter.name: value})
            assert rebuild(describe(moved)) == moved != algorithm


@cells
def test_the_step_found_is_a_safe_one(problem: Problem, algorithm: Algorithm) -> None:
    state = algorithm.init(problem, problem.start(), generator(0, 0))
    found, bound = algorithm.current_step(state), algorithm.largest_step(state)
    assert found is None or found > 0
    assert found is None or bound is None or found <= bound * (1 + 1e-12)


class Bent(Operator):
    """A(x) = x^2 + x, entry by entry: an operator that is not linear."""

    def __init__(self, shape: tuple[int, ...] = (1, 8, 8)) -> None:
        super().__init__(shape, shape)
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x.square() + x


@pytest.mark.slow
@members
def test_an_unmet_need_is_a_sentence_whose_advice_works(algorithm: Algorithm) -> None:
    for index, problem in enumerate(advised()):
        sentence = algorithm.unmet(problem)
        if not sentence:
            continue
        assert sentence.startswith(f"{name(algorithm)} needs ")
        with pytest.raises(Refusal, match=re.escape(sentence)):
            iterate(problem, algorithm)
        _, _, advice = sentence.rpartition(": ")
        if advice != "change the prior or the noise":
            for other in advice.removeprefix("try ").split(" or "):
                assert takes_two_steps(index, other)


@functools.cache
def advised() -> list[Problem]:
    """Every noise and prior behind a blur, and a nonlinear operator."""
    nonlinear = Problem.simulate(Bent(), noise.Gaussian(), priors.TotalVariation(), disc(8))
    return [*small(operators.GaussianBlur, 1), nonlinear]


@functools.cache
def takes_two_steps(index: int, algorithm: str) -> bool:
    """The same advice is given for many algorithms: it is tried once."""
    return states(advised()[index], catalog.find("algorithm", algorithm)(), 2)[-1].k == 2


def one_of_each() -> list[tuple[Problem | None, Algorithm]]:
    """Every algorithm in single precision, and on complex pictures where it takes some; not on the slowest prox.

    None where no cell has it: its problem is looked for when it is needed, and not at every collection.
    """
    cells = [cast("tuple[Problem, Algorithm]", c.values) for c in CELLS]
    cells.sort(key=lambda cell: not isinstance(cell[0].prior, priors.TotalGeneralisedVariation))
    real = {name(a): p for p, a in cells if not p.dtype.is_complex}
    known = {name(a): (p, a) for p, a in cells if p.dtype.is_complex}
    return [(in_single(real[name(a)]) if name(a) in real else None, a) for a in MEMBERS] + list(known.values())


def in_single(problem: Problem) -> Problem:
    y = problem.y.to(torch.complex64 if problem.y.is_complex() else torch.float32)
    return dataclasses.replace(problem, y=y, truth=None)


@pytest.mark.parametrize(
    ("problem", "algorithm"),
    [pytest.param(p, a, id=f"{name(a)}-{name(p.operator) if p else 'other'}") for p, a in one_of_each()],
)
def test_a_saved_run_goes_on_bit_for_bit(tmp_path: Path, problem: Problem | None, algorithm: Algorithm) -> None:
    """3 iterations, a file, 3 more: all that 6 in one go leave, the state at their end included."""
    problem = problem or in_single(solvable(algorithm))
    straight = run(problem, algorithm, steps=6)
    storage.save(run(problem, algorithm, steps=3), tmp_path / "run.nc")
    begun = storage.load(tmp_path / "run.nc")
    whole = run(problem, algorithm, steps=6, begun=begun)
    assert whole.attrs["outcome"] == straight.attrs["outcome"] and whole.attrs["state"] == straight.attrs["state"]
    assert whole.drop_vars("seconds").identical(straight.drop_vars("seconds"))
    values = {str(n): (v.values.tobytes(), straight[n].values.tobytes()) for n, v in whole.data_vars.items()}
    assert [n for n, (one, other) in values.items() if one != other] == []
