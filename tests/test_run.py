"""The only loop: states, rows, Datasets, and how a run ends."""

import dataclasses
import itertools
import json
import math
import re
import signal
import time
import warnings
from collections.abc import Iterator
from typing import Annotated

import numpy as np
import pytest
import torch
from torch import Tensor

from workbench import noise, operators, priors, storage
from workbench.algorithms import FISTA, LBFGS, PDHG, ConjugateGradient, GradientDescent, State, UnadjustedLangevin
from workbench.figures.shown import aligned
from workbench.jobs.columns import Columns
from workbench.jobs.snapshot import Snapshot
from workbench.parameters import rebuild
from workbench.problem import Problem
from workbench.progress import Bar
from workbench.refusal import Refusal
from workbench.run import (
    BrokeOff,
    Diverged,
    Log,
    Outcome,
    Row,
    after,
    collect,
    guard,
    iterate,
    objective,
    observe,
    resume,
    run,
    until,
    untold,
    with_data,
)
from workbench.run.log import BLOCK
from workbench.stopping import Gap, Residual

SHAPE = (1, 12, 10)
TRUTH = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def problem(prior: priors.Prior | None = None) -> Problem:
    prior = priors.Tikhonov(5.0) if prior is None else prior
    return Problem.simulate(operators.GaussianBlur(SHAPE), noise.Gaussian(0.1), prior, TRUTH)


def test_states_count_from_the_back_projection() -> None:
    p = problem()
    states = list(itertools.islice(iterate(p, GradientDescent()), 4))
    assert [s.k for s in states] == [0, 1, 2, 3] and torch.equal(states[0].x, p.start())


def test_a_run_starts_where_it_is_told() -> None:
    p = problem()
    assert torch.equal(next(iterate(p, GradientDescent(), p.zeros() + 1)).x, p.zeros() + 1)


def test_until_ends_with_the_state_that_stops_it() -> None:
    assert [s.k for s in until(iterate(problem(), GradientDescent()), after(3))] == [0, 1, 2, 3]
    assert [s.k for s in until(iterate(problem(), GradientDescent()), lambda s: True)] == [0]


def test_resume_goes_on_with_another_parameter() -> None:
    """A slider that moves in the middle of a run: the state stays, the algorithm is another."""
    p = problem()
    *_, state = until(iterate(p, GradientDescent()), after(5))
    slower = dataclasses.replace(GradientDescent(), step_size=1e-5)
    following = next(resume(p, slower, state))
    expected = state.x - 1e-5 * (p.misfit_grad(state.x) + p.prior.grad(state.x))
    assert following.k == 6 and torch.equal(following.x, expected)


def test_random_numbers_depend_on_the_seed_and_the_iteration_alone() -> None:
    p = problem()
    straight = list(until(iterate(p, UnadjustedLangevin(), seed=3), after(6)))
    late = next(resume(p, UnadjustedLangevin(), straight[4], seed=3))
    other = next(resume(p, UnadjustedLangevin(), straight[4], seed=4))
    assert torch.equal(late.x, straight[5].x) and not torch.equal(other.x, late.x)


def test_an_algorithm_that_is_done_ends_the_iterator() -> None:
    states = list(until(iterate(problem(), ConjugateGradient()), after(1000)))
    assert states[-1].k < 200 and list(resume(problem(), ConjugateGradient(), states[-1])) == []


def test_no_state_is_changed_by_those_that_follow() -> None:
    states, copies = [], []
    for state in until(guard(problem(), PDHG(), iterate(problem(), PDHG())), after(12)):
        states.append(state)
        copies.append(state.x.clone())
    assert all(torch.equal(s.x, c) for s, c in zip(states, copies, strict=True))


@pytest.mark.parametrize(("steps", "every", "kept"), [(7, 3, [0, 3, 6, 7]), (6, 3, [0, 3, 6]), (2, 5, [0, 2])])
def test_rows_are_thinned_and_the_last_is_kept(steps: int, every: int, kept: list[int]) -> None:
    p = problem()
    states = until(iterate(p, GradientDescent()), after(steps))
    rows = list(observe(p, states, objective, every=every))
    assert [r.state.k for r in rows] == kept
    for row in rows:
        torch.testing.assert_close(row.values["objective"], p.objective(row.state.x))


def test_seconds_are_those_of_the_steps_and_leave_out_the_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def slow(problem: Problem, state: State) -> dict[str, Tensor]:
        now[0] += 100
        return {"at": torch.tensor(state.k)}

    def stepping() -> Iterator[State]:
        for state in until(iterate(p, GradientDescent()), after(6)):
            now[0] += 0.25 * state.k
            yield state

    p = problem()
    assert [r.seconds for r in observe(p, stepping(), slow)] == [0.125 * k * (k + 1) for k in range(7)]


def test_probes_build_no_graph_and_may_be_several() -> None:
    p = problem()

    def mean(problem: Problem, state: State) -> dict[str, Tensor]:
        return {"mean": (state.x.mean((1, 2, 3)) * torch.ones((), requires_grad=True))}

    rows = list(observe(p, until(iterate(p, GradientDescent()), after(2)), objective, mean))
    assert set(rows[0].values) == {"objective", "misfit", "prior", "mean"}
    assert not rows[-1].values["mean"].requires_grad


def test_collect_makes_a_dataset() -> None:
    p = problem()
    data = collect(observe(p, until(iterate(p, GradientDescent()), after(4)), objective, every=2), note="a run")
    assert data["objective"].dims == ("k", "batch") and data["k"].values.tolist() == [0, 2, 4]
    assert data["x"].dims == ("batch", "channel", "row", "column") and data.attrs["note"] == "a run"
    assert data["seconds"].dims == ("k",) and data["seconds"].attrs["units"] == "s"
    with pytest.raises(Refusal, match="at least one row"):
        collect([])


def test_run_records_the_objective_and_what_rebuilds_it() -> None:
    p, algorithm = problem(priors.TotalVariation(3.0)), FISTA(inertia=5.0)
    data = run(p, algorithm, steps=9, every=4, seed=2)
    assert data["k"].values.tolist() == [0, 4, 8, 9] and data.attrs["stopped"] == ""
    plain = json.loads(data.attrs["spec"])
    assert {n: plain[n] for n in ("steps", "every", "seed")} == {"steps": 9, "every": 4, "seed": 2}
    parts = {n: rebuild(plain[n]) for n in ("operator", "noise", "prior")}
    again = run(Problem(**parts, y=torch.tensor(data["y"].values)), rebuild(plain["algorithm"]), steps=9, seed=2)
    np.testing.assert_array_equal(again["x"].values, data["x"].values)
    np.testing.assert_array_equal(data["truth"].values, TRUTH.numpy())
    assert data["y"].dims == ("batch", "y_channel", "y_row", "y_column")


def test_run_takes_probes() -> None:
    data = run(problem(), GradientDescent(), lambda p, s: {"twice_k": torch.tensor(2 * s.k)}, steps=3)
    assert data["twice_k"].dims == ("k",) and data["twice_k"].values.tolist() == [0, 2, 4, 6]


def test_a_complex_run_keeps_its_complex_image() -> None:
    p = Problem.simulate(operators.FourierMask(SHAPE), noise.Gaussian(), priors.Tikhonov(), TRUTH)
    data = run(p, ConjugateGradient(), steps=5)
    assert data["x"].dtype == np.complex128 and data["objective"].dtype == np.float64


@pytest.mark.parametrize("excess", [1.05, 100.0, 1e12])
def test_a_step_too_large_ends_with_the_last_good_state_and_names_the_safe_step(excess: float) -> None:
    p = problem()
    bound = GradientDescent().largest_step(next(iterate(p, GradientDescent())))
    algorithm = GradientDescent(excess * bound)
    with pytest.raises(Diverged, match=f"take {bound / 2:.3g}") as end:
        list(until(guard(p, algorithm, iterate(p, algorithm)), after(3000)))
    assert math.isfinite(float(end.value.state.x.abs().max()))
    data = run(p, algorithm, steps=3000)
    assert f"largest safe step {bound:.3g}" in data.attrs["stopped"]
    assert np.isfinite(data["x"].values).all() and np.isfinite(data["objective"].values).all()
    assert int(data["k"][-1]) <= end.value.state.k


def test_the_guard_leaves_good_runs_alone() -> None:
    p = problem(priors.TotalVariation())
    guarded = list(until(guard(p, PDHG(), iterate(p, PDHG())), after(25)))
    assert all(torch.equal(a.x, b.x) for a, b in zip(guarded, until(iterate(p, PDHG()), after(25)), strict=True))


def test_a_start_that_is_not_finite_is_refused_by_the_guard() -> None:
    p = problem()
    states = [dataclasses.replace(next(iterate(p, GradientDescent())), x=p.zeros() + math.nan)]
    with pytest.raises(Diverged, match="at the start"):
        next(guard(p, GradientDescent(), states))


def test_refusals_come_at_once_and_say_what_to_do() -> None:
    with pytest.raises(Refusal, match="GradientDescent needs a gradient, which TotalVariation lacks: try ADMM"):
        iterate(problem(priors.TotalVariation()), GradientDescent())
    with pytest.raises(Refusal, match="a first iterate of 2 x 1 x 12 x 10, got 1 x 1 x 12 x 10"):
        iterate(problem(), GradientDescent(), torch.zeros(1, *SHAPE))
    y = problem().y.clone()
    y[0, 0, 3, 4] = math.nan
    with pytest.raises(Refusal, match="finite values in the data, got 1 NaN or infinite"):
        dataclasses.replace(problem(), y=y)


def test_a_log_that_grows_while_it_is_read_gives_whole_rows():
    log = Log()
    for k in range(3):
        log.add(Row(State(torch.zeros(1, 1, 4), k), 0.1 * k, {"objective": torch.ones(1)}))
    log._parts[1].append({"objective": torch.ones(1)})  # another thread is in the middle of the next row
    assert log.dataset().sizes["k"] == 3


def test_a_number_that_only_some_methods_have_is_nan_where_it_is_not_there():
    """As the step size is when another method takes a run over, before and after a block of rows is closed."""
    for rows in ("ab", "ba"):
        log, columns = Log(), Columns()
        for k in range(2 * BLOCK + 20):
            values = {"a": torch.full((1,), float(k))} if rows[k >= BLOCK + 7] == "a" else {}
            log.add(Row(State(torch.zeros(1, 1, 2), k), float(k), {"f": torch.full((1,), float(k))} | values))
            columns.read(Snapshot(log=log, recorded=k + 1))
        there = np.arange(2 * BLOCK + 20) < BLOCK + 7 if rows == "ab" else np.arange(2 * BLOCK + 20) >= BLOCK + 7
        wanted = np.where(there, np.arange(2 * BLOCK + 20), np.nan)
        np.testing.assert_array_equal(log.columns()["a"][:, 0], wanted)
        np.testing.assert_array_equal(columns.arrays()["a"], wanted)
        np.testing.assert_array_equal(log.columns(BLOCK, BLOCK + 20)["a"][:, 0], wanted[BLOCK : BLOCK + 20])
        np.testing.assert_array_equal(log.columns()["f"][:, 0], np.arange(2 * BLOCK + 20))


def test_a_long_log_gives_the_rows_it_was_given_whatever_part_of_them_is_asked_for():
    log, count = Log(), 3 * BLOCK
    for k in range(count):
        values = {"loss": torch.tensor([float(k), -1.0]), "right": torch.tensor([k % 2 == 0, True])}
        log.add(Row(State(torch.zeros(2, 1, 4), k), 0.1 * k, values))
    for begin, end in ((0, count), (BLOCK - 1, BLOCK + 2), (5, 9), (count - 2, None), (7, 7)):
        columns = log.columns(begin, end)
        assert columns["loss"][:, :1].flatten().tolist() == list(range(count))[begin:end]
    cut = log.upto(State(torch.ones(2, 1, 4), 300))
    cut.add(Row(State(torch.ones(2, 1, 4), 301), 31.0, values))
    assert cut.ks[-2:] == [300, 301] and cut.columns()["right"][-2:, 0].tolist() == [True, False]
    assert len(log.ks) == count  # who reads the old one is not disturbed


class Shaded(operators.LinearOperator):
    """A x = map x, with a map that was measured."""

    def __init__(self, shape=(1, 8, 8), sensitivity: Annotated[Tensor, "map"] = torch.ones(8, 8)) -> None:
        super().__init__(shape, shape)
        self.shape, self.sensitivity, self.calls = shape, sensitivity, 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.sensitivity.to(x.dtype) * x

    def adjoint(self, y: Tensor) -> Tensor:
        return self.forward(y)


def test_a_run_keeps_the_arrays_of_its_operator_and_is_rebuilt_with_them(tmp_path):
    operator = Shaded(sensitivity=torch.linspace(0.5, 1, 64, dtype=torch.float64).reshape(8, 8))
    p = Problem.simulate(operator, noise.Gaussian(0.1), priors.Tikhonov(), torch.ones(1, 1, 8, 8, dtype=torch.float64))
    result = run(p, GradientDescent(), steps=3)
    storage.save(result, tmp_path / "run.nc")
    again, algorithm, numbers = storage.rebuild_run(storage.load(tmp_path / "run.nc"))
    assert torch.equal(again.operator.sensitivity, operator.sensitivity)
    np.testing.assert_array_equal(run(again, algorithm, **numbers)["x"], result["x"])


def test_what_has_no_description_is_said_before_the_work_and_the_run_is_kept():
    operator = operators.Map(((1, 8, 8), (1, 8, 8)), lambda x: x / 2, lambda y: y / 2)
    p = Problem(operator, noise.Gaussian(0.1), priors.Tikhonov(), torch.ones(1, 1, 8, 8))
    result = run(p, GradientDescent(), steps=3)
    assert len(result.k) == 4
    assert "operator.there (function" in result.attrs["undescribed"]
    with pytest.raises(Refusal, match="known only as function"):
        storage.rebuild_run(result)


def test_how_a_run_ended_is_said():
    ends = {
        Outcome.STEPS: run(problem(), GradientDescent(), steps=3),
        Outcome.RULE: run(problem(), GradientDescent(), steps=500, stop=Gap(0.5, 1) | Residual(1e-9)),
        Outcome.DIVERGED: run(problem(), GradientDescent(step_size=1.0), steps=200),
    }
    for outcome, result in ends.items():
        assert result.attrs["outcome"] == outcome
    assert ends[Outcome.STEPS].attrs["ended"] == "all 3 iterations done"
    assert re.fullmatch(r"gap \S+ <= 0\.5 at iteration \d+", ends[Outcome.RULE].attrs["ended"])
    assert "safe step" in ends[Outcome.DIVERGED].attrs["stopped"]
    assert ends[Outcome.STEPS].attrs["stopped"] == ends[Outcome.RULE].attrs["stopped"] == ""


def test_the_first_interrupt_ends_a_run_whole(monkeypatch):
    monkeypatch.setattr(Bar, "show", lambda bar, k: signal.raise_signal(signal.SIGINT) if k == 7 else None)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it puts behind ignore it
    result = run(problem(), GradientDescent(), steps=1000, every=5)
    assert result.attrs["outcome"] == Outcome.INTERRUPTED
    assert result.attrs["stopped"] == "stopped by hand at iteration 7"
    assert list(result.k.values) == [0, 5, 7], "the state that was reached is recorded, too"
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


class Signless(Shaded):
    """(sensitivity x)^2: data that tell no sign."""

    linear = False
    at = operators.Operator.at

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).square()

    def aligned(self, x: Tensor, truth: Tensor) -> Tensor:
        return x * (x * truth).sum((1, 2, 3), keepdim=True).sign()


def test_errors_of_a_kept_run_are_taken_of_x_with_the_sign_of_the_truth_whatever_the_operator_holds():
    """Of a class that holds an array, or is not there any more."""
    operator, truth = Signless(sensitivity=torch.linspace(0.5, 1, 64).reshape(8, 8)), torch.ones(1, 1, 8, 8)
    p = Problem.simulate(operator, noise.Gaussian(0.01), priors.Tikhonov(0.1), truth)
    result = collect(observe(p, until(iterate(p, LBFGS(), -truth), after(5))), spec="{}")
    kept = with_data(result, p)
    assert float(kept.x.mean()) < 0 < float(kept.x_aligned.mean())
    np.testing.assert_array_equal(aligned(kept), -kept.x.values)
    assert "x_aligned" not in run(problem(), GradientDescent(), steps=1)


class Breaking(operators.GaussianBlur):
    """Breaks for good after some calls."""

    left = 0

    def forward(self, x: Tensor) -> Tensor:
        Breaking.left -= 1
        if Breaking.left < 0:
            raise ZeroDivisionError("the lens broke")
        return super().forward(x)


@pytest.mark.parametrize("every", [1, 1000])
def test_what_was_reached_before_an_exception_is_kept_said_and_gone_on_with(tmp_path, every):
    """Operator, probe or rule: up to the last whole state, as if it had never happened once it is mended."""
    Breaking.left = 10**9
    p = Problem.simulate(Breaking(SHAPE), noise.Gaussian(0.1), priors.Tikhonov(5.0), TRUTH)
    whole, Breaking.left = run(p, GradientDescent(), steps=60), 45
    with pytest.warns(UserWarning, match="the run broke off: ZeroDivisionError: the lens broke in line"):
        broken = run(p, GradientDescent(), steps=60, every=every)
    k = int(broken.k[-1])
    assert broken.attrs["outcome"] == Outcome.FAILED and 5 < k < 60 and f"kept at iteration {k}" in broken.stopped
    assert "ZeroDivisionError" in broken.attrs["traceback"]
    storage.save(broken, tmp_path / "run.nc")
    Breaking.left = 10**9
    gone_on = run(p, GradientDescent(), steps=60, begun=storage.load(tmp_path / "run.nc"))
    np.testing.assert_array_equal(gone_on.x, whole.x)


def test_a_probe_or_a_rule_that_raises_costs_no_state_and_the_first_step_is_raised():
    def told(problem, state, at=7):
        if state.k == at:
            raise KeyError("oops")
        return {"mean": state.x.mean((1, 2, 3))}

    with pytest.warns(UserWarning, match="KeyError: 'oops' in line"):
        assert run(problem(), GradientDescent(), told, steps=20).k[-1] == 6
    with pytest.raises(KeyError):
        run(problem(), GradientDescent(), lambda problem, state: told(problem, state, 1), steps=20)


def test_a_step_that_raises_since_values_have_left_for_infinity_is_a_run_that_diverged():
    class Fussy(Shaded):
        def forward(self, x: Tensor) -> Tensor:
            if x.abs().max() > 1e20:
                raise ArithmeticError("so large")
            return super().forward(x)

    p = Problem.simulate(Fussy(), noise.Gaussian(0.1), priors.Tikhonov(5.0), torch.rand(1, 1, 8, 8))
    result = run(p, GradientDescent(step_size=1e6), steps=20)
    assert result.attrs["outcome"] == Outcome.DIVERGED and bool(np.isfinite(result.x).all())


@pytest.mark.parametrize("steps", [1, 9, 10, 25])
def test_a_run_that_diverges_says_so_however_short_it_is(steps):
    """Between two looks, ten iterations apart, it was told as a success: |x| = 1e16 after nine steps."""
    with pytest.warns(BrokeOff, match=r"the run diverged: .*take 0.00952, or none. Its result is that of iteration 0"):
        result = run(problem(), GradientDescent(step_size=1e4), steps=steps)
    assert result.attrs["outcome"] == Outcome.DIVERGED and float(abs(result.x).max()) < 2
    with warnings.catch_warnings(action="error"), untold():
        run(problem(), GradientDescent(step_size=1e4), steps=steps)


def test_the_last_row_of_a_diverged_run_is_the_state_it_keeps():
    result = run(problem(), GradientDescent(step_size=1.0), steps=200, every=50)
    objective = problem().objective(torch.from_numpy(result.x.values))
    np.testing.assert_allclose(result.objective[-1], objective, rtol=1e-12)


class Skewed(Shaded):
    """A x = map x, with an adjoint of twice as much."""

    def adjoint(self, y: Tensor) -> Tensor:
        return 2 * self.forward(y)


def test_an_adjoint_of_ones_own_that_is_another_is_said_once(recwarn) -> None:
    for operator, count in ((Shaded(), 0), (Skewed(), 1)):
        p = Problem(operator, noise.Gaussian(0.1), priors.Tikhonov(), torch.ones(1, 1, 8, 8))
        for _ in range(2):
            next(iterate(p, GradientDescent()))
        said = [str(w.message) for w in recwarn if "Shaded" in str(w.message) or "Skewed" in str(w.message)]
        assert len(said) == count
    assert "workbench.check(Skewed)" in said[0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_first_iterate_is_finite_and_may_be_an_array(bad):
    """It went on as NaN without a word."""
    start = torch.ones(2, *SHAPE, dtype=torch.float64)
    with pytest.raises(Refusal, match="finite values in the first iterate"):
        iterate(problem(), GradientDescent(), start * bad)
    with pytest.raises(Refusal, match="floating-point values in the first iterate"):
        iterate(problem(), GradientDescent(), start.long())
    assert torch.equal(next(iterate(problem(), GradientDescent(), start.numpy())).x, start)


@pytest.mark.parametrize("numbers", [{"steps": -1}, {"steps": 2.5}, {"every": 0}, {"every": 1.5}])
def test_numbers_of_a_run_are_whole(numbers):
    """2.5 steps were three, and each 1.5th row none but the ends."""
    with pytest.raises(Refusal, match=r"(steps|every) (as a|that is a) whole number"):
        run(problem(), GradientDescent(), **numbers)


def test_a_run_of_other_data_is_not_gone_on_with():
    """The end of one reconstruction became the start of another's, and their curves were joined, without a word."""
    problem, other = (
        Problem.simulate(operators.Identity(s), noise.Gaussian(), priors.Tikhonov(1.0), torch.rand(1, *s), seed)
        for s, seed in (((1, 8, 8), 1), ((1, 8, 8), 2))
    )
    begun = run(problem, GradientDescent(), steps=2)
    assert run(problem, GradientDescent(), steps=3, begun=begun).sizes["k"] == 4
    with pytest.raises(Refusal, match="the same data to go on with"):
        run(other, GradientDescent(), steps=3, begun=begun)
