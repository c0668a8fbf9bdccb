"""Numbers of proofs, progress, quality and unknowns that are known in closed form, each beside what makes it."""

import math
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.tables import column, table
from workbench.algorithms import Algorithm, GradientDescent, State
from workbench.analysis import certificates, data_fit, duality, expansion, metrics, progress
from workbench.analysis.certificates import Certificate, Kind, fixed_point
from workbench.analysis.duality import Dual, _along, _within
from workbench.analysis.expansion import Expansion, Safety, growth, stretch
from workbench.analysis.learned import LearnedCurve, ScoreResidual, SignalLine, plane_points
from workbench.analysis.progress import Progress
from workbench.analysis.unknowns import FlatDirections, Landing, ManyStarts
from workbench.analysis.unknowns.pictured_blocks import drawn
from workbench.noise import Gaussian
from workbench.operators import Identity, Map
from workbench.parametrisations.block_priors import Layout
from workbench.priors import L1, Can, GaussianMixture, Tikhonov, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Trouble

INF, NAN = math.inf, math.nan


# Proofs.


def along(end: float, weight: float, centre: float = 0.0, defect: float = 0.0, prior=None) -> float:
    """The best dual value from a centre to p = -end, q = end, of y = 2 with sigma = 1."""
    zero, one = torch.zeros(1), torch.ones(1)
    first = Dual(column(-centre)[None], column(centre)[None], zero.double(), one.double())
    last = Dual(column(-end)[None], column(end)[None], column(defect), one.double())
    return float(_along(Gaussian(1.0), (prior or Tikhonov)(weight), column(2)[None], first, last, column(10)))


def test_the_dual_value_is_as_large_as_it_gets_on_a_segment():
    """Of -|p|^2 / 2 - p y - |q|^2 / (2 w) at p = -3 t and q = 3 t: 6 t - 4.5 t^2 (1 + 1 / w)."""
    assert along(3, 1.0) == pytest.approx(1), "at a third of the way"
    assert along(0.5, 1.0) == pytest.approx(0.75), "at the end"
    assert along(3, 1.0, centre=2.5) == pytest.approx(5 - 6.25), "at the beginning"
    assert along(3, 1.0, centre=0.5) == along(3, 1.0, centre=-1) == pytest.approx(1), "from wherever it begins"
    assert along(4, 3.0, centre=0.25) == pytest.approx(1.5), "2 q - q^2 (1 + 1 / w) / 2 is largest at q = 3 / 2"
    assert along(3, 0.5, prior=L1) == pytest.approx(1 - 0.125), "where the domain |q| <= w ends"
    assert along(1, 5.0, prior=L1) == pytest.approx(2 - 0.5)
    assert along(3, 1.0, defect=1e-10) == pytest.approx(1 - 1e-9, abs=1e-12), "less what the defect may hide"
    assert along(3, 1.0, defect=2e-9) == -INF
    assert duality.uncertified(Problem(Identity((1, 1)), Gaussian(1.0), L1(), torch.ones(1, 1, 1))) == ""


@table(("q", "scale"), [(0.5, 1), (1.0, 1), (1.5, 0.25), (3.0, 1 / 8)])
def test_a_pair_beyond_the_domain_is_halved_until_it_is_twice_as_near_as_one_inside(q, scale):
    """|q| <= 1: a half of 1.5, a quarter of 3, lie inside; what lies there stays."""
    pair = Dual(column(-q)[None], column(q)[None], column(1e-10), column(1))
    found = _within(L1(1.0), pair)
    assert (float(found.q), float(found.p)) == (q * scale, -q * scale)
    assert float(found.defect) == pytest.approx(1e-10 * scale) and float(found.size) == 1


@dataclass(frozen=True)
class Moves(Algorithm):
    """Goes by these amounts, one a step, and is over then."""

    by: tuple[float, ...] = ()
    minimises = False

    def init(self, problem, x, rng):
        return State(x)

    def step(self, problem, state, rng):
        return replace(state, x=state.x + self.by[state.k], k=state.k + 1)

    def done(self, state):
        return state.k >= len(self.by)


@table(
    ("by", "moved"),
    [
        ((0.5, 9.0), 0.5),
        ((0.0, 0.0, 2.0), 2),
        ((1e-11, 1.0), 1),
        ((), 0),
        ((0.0,) * 12 + (1.0,), 0),
        ((0.0,) * 9 + (1.0,), 1),
    ],
)
def test_a_fixed_point_is_left_by_the_first_step_that_moves_more_than_rounding(by, moved):
    """At 1000: what a step moves by 1e-11 is rounding; ten steps are waited for."""
    problem = Problem(Identity((1, 1)), Gaussian(1.0), Zero(), torch.ones(1, 1, 1, dtype=torch.float64))
    state = State(torch.full((1, 1, 1), 1000.0, dtype=torch.float64))
    value, relative = fixed_point(problem, Moves(by), state)
    assert float(value) == pytest.approx(moved) and float(relative) == pytest.approx(moved / (1000 + moved), rel=1e-3)
    proof = certificates.certify(problem, Moves(by), state)
    assert proof.kind is Kind.RESIDUAL and proof.why == "Moves goes to a fixed point, which minimises nothing"
    assert float(proof.distance) == INF and float(proof.value) == pytest.approx(moved)


def test_a_gap_bounds_the_distance_by_strong_convexity():
    """0.5 |x - 2|^2 + 0.5 |x|^2 has its least, 1, at x = 1: at 0 the gap is 1, and |x - x*|^2 <= 2 gap / 2."""
    problem = Problem(Identity((1, 1)), Gaussian(1.0), Tikhonov(1.0), column(2)[None, None])
    proof = certificates.certify(problem, GradientDescent(), State(column(0)[None, None]))
    assert proof.kind is Kind.GAP and proof.why == ""
    assert (float(proof.value), float(proof.relative), float(proof.distance)) == pytest.approx((1, 0.5, 1))
    assert float(certificates.gap(problem, State(column(0)[None, None]))["gap"]) == pytest.approx(0.5)
    assert float(certificates.gap(problem, State(column(1)[None, None]))["gap"]) == pytest.approx(0, abs=1e-12)


# Progress.


class Stand(SimpleNamespace):
    """A method of this step and this bound; a problem whose objective is as the list says."""

    seeks_minimum = True

    def current_step(self, state):
        return self.step

    def largest_step(self, state):
        return self.bound

    def terms(self, x):
        return column(self.values.pop(0)), column(0)


def proof(kind: Kind, value: float, relative: float) -> Certificate:
    return Certificate(kind, column(value), column(relative), column(INF))


def judged(monkeypatch, first, second, values=(10.0, 10.0), step=None, bound=None, repair=None):
    monkeypatch.setattr(progress, "automatic", lambda algorithm: repair)
    stand = Stand(values=list(values), step=step, bound=bound)
    looks = Progress(stand, stand)
    assert looks.look(State(torch.zeros(1)), first) is None, "one look tells nothing"
    return looks.look(State(torch.zeros(1), 100), second)


GAP = proof(Kind.GAP, 5, 0.5)


@pytest.mark.parametrize(
    ("first", "second", "values", "found"),
    [
        pytest.param(GAP, GAP, (10, 10), True, id="nothing_gained"),
        pytest.param(proof(Kind.GAP, 5.0049, 0.5), GAP, (10, 10), True, id="less_than_a_thousandth_of_the_gap"),
        pytest.param(proof(Kind.GAP, 5.0051, 0.5), GAP, (10, 10), False, id="more_of_the_gap"),
        pytest.param(GAP, GAP, (10.0051, 10), False, id="more_of_the_objective"),
        pytest.param(GAP, proof(Kind.GAP, 5, 0.01), (10, 10), False, id="near_the_optimum"),
        pytest.param(GAP, proof(Kind.GAP, 5, 0.0101), (10, 10), True, id="a_little_farther"),
        pytest.param(GAP, proof(Kind.RESIDUAL, 5, 0.5), (10, 10), False, id="no_gap_no_small_step"),
    ],
)
def test_a_run_stands_still_that_gains_next_to_nothing_far_from_its_optimum(monkeypatch, first, second, values, found):
    said = judged(monkeypatch, first, second, values)
    assert (said is not None) is found
    if said is not None:
        assert said.trouble is Trouble.STAGNATION and said.remedy == "take another algorithm"
        assert said.why.startswith("100 iterations up to 100 have gained next to nothing, and the objective may be ")
        assert said.why.endswith(f"{float(second.relative):.0%} too large")


@pytest.mark.parametrize(
    ("values", "step", "found"),
    [
        ((10.0099, 10), 0.0099, True),
        ((10.0101, 10), 0.0099, False),
        ((9.9901, 10), 0.0099, True),
        ((10, 10), 0.01, False),
    ],
    ids=["small", "gains", "loses as little", "no small step"],
)
def test_without_a_gap_only_a_needlessly_small_step_is_told(monkeypatch, values, step, found):
    rest = proof(Kind.RESIDUAL, 1, 0.5)
    said = judged(monkeypatch, rest, rest, values, step, 1.0)
    assert (said is not None) is found
    if said is not None:
        assert said.remedy == "the step 0.0099 is 101 times below the largest safe step: leave it empty"
        assert said.why.endswith("with a step that is far below the safe one")
    assert judged(monkeypatch, rest, rest, (10, 10), 0.001, None) is None
    assert judged(monkeypatch, rest, rest, (10, 10), None, 1.0) is None
    mended = judged(monkeypatch, GAP, GAP, (10, 10), 0.5, 1.0, {"algorithm.step": None})
    assert mended.remedy == "leave the step empty, so that it is found" and mended.repair == {"algorithm.step": None}


def test_looks_come_after_a_hundred_iterations_and_half_as_many_again():
    stand = Stand(values=[1.0] * 9, step=None, bound=None)
    looks = Progress(stand, stand)
    at = lambda k: State(torch.zeros(1), k)  # noqa: E731
    assert looks.due(at(0))
    for k, early, next_ in ((0, 99, 100), (100, 199, 200), (400, 599, 600)):
        looks.look(at(k), GAP)
        assert not looks.due(at(early)) and looks.due(at(next_))
    stand.seeks_minimum = False
    assert looks.look(at(700), GAP) is None


# Expansion.


def test_the_stretch_of_a_linear_map_is_its_largest_singular_value():
    x = torch.ones(2, 1, 2, dtype=torch.float64)
    assert stretch(lambda v: v * column(1, 3), x).tolist() == pytest.approx([3, 3], rel=1e-6)
    assert stretch(lambda v: 0 * v, x).tolist() == [0, 0]
    problem = Problem(Identity((1, 2)), Gaussian(1.0), Zero(), torch.zeros(2, 1, 2, dtype=torch.float64))
    state = next(iter_of(problem, GradientDescent(0.25)))
    assert growth(problem, GradientDescent(0.25), state).tolist() == pytest.approx([0.75, 0.75])
    found = Expansion(column(1, 2), column(0.5, 0.25), column(1.1, 1.2))
    assert found.largest == (2, 0.5, 1.2)


def iter_of(problem, algorithm):
    from workbench.run import iterate

    return iterate(problem, algorithm)


def test_a_look_at_a_denoiser_takes_a_tenth_of_the_time_from_the_tenth_iteration_on():
    method = SimpleNamespace(denoised_at=lambda state: 0.1)
    safety = Safety(SimpleNamespace(prior=SimpleNamespace(can=Can.DENOISE)), method)
    at = lambda k: State(torch.zeros(1), k)  # noqa: E731
    assert [safety.due(at(k), 0.0, 5.0) for k in (9, 10)] == [False, True]
    safety.latest = Expansion(column(1), column(1), column(1))
    assert [safety.due(at(10), 10.0, spent) for spent in (1.0, 1.1)] == [True, False]
    assert not Safety(SimpleNamespace(prior=SimpleNamespace(can=Can.DENOISE | Can.PROX)), method).due(at(10), 9.0, 0.0)
    assert not Safety(safety.problem, SimpleNamespace(denoised_at=lambda state: None)).due(at(10), 9.0, 0.0)


@table(("rate", "said"), [(1.005, False), (1.0051, True)])
def test_errors_that_grow_are_said_with_the_remedy(monkeypatch, rate, said):
    found = Expansion(column(1.5), column(0.2), column(rate))
    monkeypatch.setattr(expansion, "expansion", lambda *given: found)
    monkeypatch.setattr(expansion, "automatic", lambda algorithm: {"algorithm.step": None})
    method = SimpleNamespace(current_step=lambda s: 2.0, largest_step=lambda s: 1.0, denoised_at=lambda s: 0.8)
    safety = Safety(SimpleNamespace(prior=None), method)
    told = safety.look(State(torch.zeros(1)))
    assert (told is not None) is said and safety.latest is found
    if told is None:
        return
    assert (
        told.why
        == f"this may not converge: the denoiser stretches differences by 1.5, and errors grow by {rate:.3g} a step"
    )
    assert told.remedy == "take a smaller step" and told.repair == {"algorithm.step": None}
    method.current_step = lambda s: 1.0  # no longer than is safe: then it is the denoiser
    grown = {0.4: 1.1, 0.2: 1.005, 0.1: 1.0}
    monkeypatch.setattr(expansion, "changed", lambda algorithm, sigma: SimpleNamespace(sigma=sigma))
    monkeypatch.setattr(expansion, "growth", lambda problem, tried, state: column(grown[tried.sigma]))
    told = safety.look(State(torch.zeros(1)))
    assert told.remedy == "they do not at sigma = 0.2" and told.repair == {"algorithm.sigma": 0.2}
    grown |= {0.2: 2.0, 0.1: 2.0}
    assert safety.look(State(torch.zeros(1))).remedy.startswith("take PnPHQS, which ends after its levels")
    method.largest_step = lambda s: None
    assert safety.look(State(torch.zeros(1))).remedy.startswith("take PnPHQS")


# Quality.


def similar(x: np.ndarray, t: np.ndarray, side: int) -> float:
    """Wang et al. 2004 by loops, with sample covariances."""
    values, space = [], x.ndim
    for corner in np.ndindex(*(n - side + 1 for n in x.shape)):
        window = tuple(slice(c, c + side) for c in corner)
        a, b = x[window].ravel(), t[window].ravel()
        va, vb, ab = (np.cov(a, b, ddof=1) if a.size > 1 else np.zeros((2, 2)))[[0, 1, 0], [0, 1, 1]]
        top = (2 * a.mean() * b.mean() + 1e-4) * (2 * ab + 9e-4)
        values.append(top / ((a.mean() ** 2 + b.mean() ** 2 + 1e-4) * (va + vb + 9e-4)))
    return float(np.mean(values)) if space else 0.0


@table(("shape", "side"), [((9, 8), 7), ((7, 12), 7), ((6, 9), 5), ((3, 3), 3), ((2, 2), 1), ((10,), 7)])
def test_similarity_is_the_mean_over_windows_as_wide_as_fit(shape, side):
    rng = np.random.default_rng(0)
    x, t = rng.random((2, *shape))
    found = metrics.similarity(torch.from_numpy(x)[None, None], torch.from_numpy(t)[None, None])
    assert float(found) == pytest.approx(similar(x, t, side), rel=1e-9)
    same = torch.from_numpy(x)[None, None]
    assert float(metrics.similarity(same, same)) == pytest.approx(1)
    assert float(metrics.similarity((0.6 + 0.8j) * same, same)) == pytest.approx(1), "by modulus"
    other = torch.from_numpy(t)[None, None]
    many = metrics.similarity(torch.cat([same, other] * 4), torch.cat([other] * 8))
    assert many.tolist() == pytest.approx([float(found), 1] * 4), "each of a batch by itself"


def test_quality_is_ten_decibels_for_a_tenth_of_the_error():
    truth = torch.zeros(2, 1, 4, dtype=torch.float64)
    x = torch.stack([torch.full((1, 4), 0.1), torch.full((1, 4), 0.01)]).double()
    assert metrics.signal_to_noise(x, truth).tolist() == pytest.approx([20, 40])
    assert float(metrics.signal_to_noise(truth, truth)[0]) > 3000
    with pytest.raises(ValueError, match="one or two axes, not 3"):
        metrics.similarity(torch.zeros(1, 1, 2, 2, 2), torch.zeros(1, 1, 2, 2, 2))
    problem = Problem(
        Identity((1, 2, 2, 2)), Gaussian(1.0), Zero(), torch.ones(1, 1, 2, 2, 2), torch.ones(1, 1, 2, 2, 2)
    )
    names = [[q.__name__ for q in metrics.standard(p)] for p in (problem, replace(problem, truth=None))]
    assert names == [["objective", "residual", "psnr"], ["objective", "residual"]], "of volumes there is no SSIM"
    flat = Problem(Identity((1, 4)), Gaussian(1.0), Zero(), torch.ones(1, 1, 4), torch.ones(1, 1, 4))
    assert [q.__name__ for q in metrics.standard(flat)] == ["objective", "residual", "psnr", "ssim"]
    for probe in (metrics.psnr, metrics.ssim):
        with pytest.raises(ValueError, match="no truth to compare with"):
            probe(replace(flat, truth=None), State(torch.zeros(1, 1, 4)))


def test_a_residual_is_relative_to_the_data_and_the_operator_is_applied_once_a_state():
    calls = []
    counted = Map(((1, 2), (1, 2)), lambda x: calls.append(1) or 2 * x, lambda y: 2 * y)
    problem = Problem(counted, Gaussian(1.0), Tikhonov(1.0), column(3, 4)[None, None])
    state = State(column(0, 4)[None, None])
    assert float(data_fit.residual(problem, state)["residual"]) == pytest.approx(1), "|(0, 8) - (3, 4)| / 5"
    fit = data_fit.DataFit()
    calls.clear()
    found = fit.objective(problem, state) | fit.residual(problem, state)
    assert {n: float(v) for n, v in found.items()} == pytest.approx(
        {"objective": 12.5 + 8, "misfit": 12.5, "prior": 8, "residual": 1}
    )
    assert len(calls) == 1
    fit.residual(problem, replace(state, k=1))
    fit.residual(replace(problem, prior=Zero()), state)
    assert len(calls) == 3


# Unknowns and what was learned.


def test_starts_are_scattered_by_the_size_of_each_block_or_of_all_where_it_is_nothing():
    layout = Layout({"left": (1, 400), "right": (1, 400)})
    begun = torch.cat([torch.full((3, 1, 400), 3.0), torch.zeros(3, 1, 400)], 2)
    problem = SimpleNamespace(
        start=lambda: begun, parametrisation=SimpleNamespace(layout=layout), prior=SimpleNamespace(feasible=lambda x: x)
    )
    moved = ManyStarts(starts=3, spread=0.5).unknowns(problem) - begun
    assert torch.equal(moved[0], 0 * moved[0]) and not torch.equal(moved[1], moved[2])
    for start in moved[1:]:
        left, right = start[0].split(400)
        assert float(left.square().mean().sqrt()) == pytest.approx(1.5, rel=0.15)
        assert float(right.square().mean().sqrt()) == pytest.approx(0.5 * 3 / 2**0.5, rel=0.15), "of the whole"
    batch = Problem(Identity((1, 1)), Gaussian(1.0), Zero(), torch.ones(2, 1, 1))
    with pytest.raises(Refusal, match="a batch of 2: "):
        ManyStarts().problem(batch)
    once = replace(batch, y=batch.y[:1], truth=batch.y[:1])
    assert (len(ManyStarts(starts=5).problem(once).y), len(ManyStarts(starts=5).problem(once).truth)) == (5, 5)


def landing(
    pictures: list[list[float]], objectives: list[float], near: float = 0.1, truth: list[float] | None = None
) -> Landing:
    known = None if truth is None else torch.tensor(truth, dtype=torch.float32)[None, None]
    problem = SimpleNamespace(picture=lambda u: u, aligned=lambda u: u, truth=known)
    u = torch.tensor(pictures, dtype=torch.float32)[:, None]
    return Landing(problem, ManyStarts(near=near), 7, 9, u, torch.tensor(objectives))


def test_starts_that_end_within_a_share_of_the_length_are_at_one_place():
    made = landing([[10, 0], [0, 10], [10.9, 0], [11.1, 0]], [2.0, 1.0, 3.0, NAN], truth=[0, 5])
    assert made.order == (1, 0, 2, 3) and made.places == ((1,), (0, 2), (3,))
    assert made.errors.tolist() == pytest.approx(
        [125**0.5 / 5, 1, (10.9**2 + 25) ** 0.5 / 5, (11.1**2 + 25) ** 0.5 / 5]
    )
    assert made.sentence == (
        "After 7 iterations 4 starts are at 3 pictures, more than 0.1 of their length apart: "
        "1 at objective 1; 2 at objective 2; 1 at objective nan."
    )
    four = landing([[1, 0], [0, 1], [-1, 0], [0, -1], [2, 2]], [1.0, 2, 3, 4, 5])
    assert four.sentence.endswith("1 at objective 1; 1 at objective 2; 1 at objective 3; 2 more places.")
    one = landing([[10, 0], [10.5, 0]], [1.5, 2.0])
    assert one.sentence == "After 7 iterations 2 starts are at one picture, up to 0.1 of its length: objective 1.5."
    lost = landing([[10, 0], [INF, 0]], [1.5, NAN])
    assert lost.sentence.endswith(" 1 of them have left for infinity, each a place of its own.") and lost.errors is None
    gone = landing([[NAN, 0], [INF, 0]], [NAN, NAN])
    assert gone.sentence == "After 7 iterations all 2 starts have left for infinity: take a smaller step."


def test_flat_directions_are_said_by_what_they_change():
    assert FlatDirections(3, 9).sentence == "3 of 9 products with the Hessian" and not FlatDirections(3, 9).found
    made = FlatDirections(9, 9, column(0, 1), 2.0, moves=column(1, 0.5, 0), silent=1, complete=True)
    assert (made.found, made.open) == (True, 2)
    assert made.sentence == (
        "Of 9 directions 3 are flat: 1 do not change the picture, as scale between blocks does not, and 2 change it, "
        "which neither data nor prior would notice."
    )
    none = FlatDirections(9, 9, column(1), 2.0, moves=torch.zeros(0), down=2)
    assert none.sentence == "Of 9 directions at least 0 are flat. 2 lead down: this is no minimum, or not reached yet."


def test_blocks_are_drawn_as_rows_pictures_or_mosaics():
    assert drawn(torch.tensor([[[1.0, 2.0]]])).tolist() == [1, 2] and drawn(torch.tensor([3.0])).tolist() == [3]
    assert drawn(torch.tensor([[[3 + 4j, 1j], [0, 1]]])).tolist() == [[5, 1], [0, 1]]
    tiles = torch.arange(12.0).reshape(1, 3, 2, 2)
    assert drawn(tiles).tolist() == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 0, 0], [10, 11, 0, 0]]
    for count, shape in ((4, (4, 4)), (5, (4, 6)), (9, (6, 6)), (10, (6, 8)), (40, (12, 12))):
        assert drawn(torch.ones(1, count, 2, 2)).shape == shape, "of more than 36 the first"


def test_a_line_of_signals_has_a_place_for_each_and_a_curve_its_largest_error():
    line = SignalLine(torch.zeros(1, 1, 2), torch.tensor([[[3.0, 4.0]]]), column(0, 2).float(), "t")
    assert line.signals.tolist() == [[[0, 0]], [[6, 8]]] and line.place(line.signals).tolist() == [0, 2]
    assert LearnedCurve(line, column(1, 5), column(0, 0), column(2, 3)).error == 2
    assert LearnedCurve(line, column(1, 5), column(0, 0)).error is None
    residual = torch.tensor([[[3.0]], [[0.0]]])
    assert ScoreResidual(0.5, residual, residual, torch.tensor([[[1.0]], [[2.0]]])).error == pytest.approx(
        (8 / 5) ** 0.5
    )
    law = GaussianMixture()
    of = ScoreResidual.of(lambda x, sigma: 0 * x, law, torch.full((1, 1, 2), 2.0), 0.5)
    assert of.residual.flatten().tolist() == pytest.approx([-8, -8])
    grid = plane_points(law, torch.zeros(1, 1, 2), 0.1, side=3)
    assert grid.shape == (9, 1, 2)
    x, y = grid[:, 0, 0], grid[:, 0, 1]
    assert (
        torch.equal(x[:3], x[3:6])
        and len(y[:3].unique()) == 1
        and bool((y[3:6] > y[:3]).all())
        and bool((x[:3].diff() > 0).all())
    )
    assert float(x[2] - x[1]) == pytest.approx(float(y[6] - y[3]))
    with pytest.raises(Refusal, match="signals of two numbers"):
        plane_points(law, torch.zeros(1, 1, 3), 0.1)
    with pytest.raises(Refusal, match="a law with"):
        ScoreResidual.of(lambda x, sigma: x, L1(), torch.zeros(1, 1, 2), 0.5)
