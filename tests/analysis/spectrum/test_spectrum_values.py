"""Numbers of spectra that are known in closed form, each beside what makes it."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.analysis.test_spectrum import diagonal
from tests.analysis.test_study import problem
from tests.tables import column, table
from workbench import noise, operators, priors
from workbench.analysis import spectrum
from workbench.analysis.spectrum import (
    Cost,
    Counted,
    Eigenpairs,
    Glimpse,
    Krylov,
    LinearAxis,
    LogarithmicAxis,
    Search,
    SpectralMeasure,
    SpectrumEstimate,
    SpectrumStudy,
    SymmetricLogarithmicAxis,
    condition,
    cost,
    freedom,
    lanczos,
    log_determinant,
    modes,
    outliers,
    rademacher,
    ritz,
    sketched_trace,
    slq,
    trace,
)
from workbench.analysis.spectrum.cost import MEBIBYTE, numbers, require_finite_products, vectors
from workbench.analysis.spectrum.estimate import mean_of
from workbench.analysis.spectrum.lanczos import from_real, iterate, real_coordinates
from workbench.analysis.spectrum.ritz_space import RitzSpace, orthonormal
from workbench.problem import Problem
from workbench.refusal import Refusal

INF, NAN = math.inf, math.nan


def by_hand(*probes: tuple[list[float], list[float]], exact: bool = False, products: int = 6) -> SpectralMeasure:
    """A measure of probes, each with nodes and masses."""
    nodes, masses = (torch.tensor([probe[i] for probe in probes], dtype=torch.float64) for i in (0, 1))
    return SpectralMeasure(nodes, masses, 0 * nodes, torch.full((len(probes),), exact), 3, products, 0.0)


TWO = by_hand(([1, 2, 4], [0.25, 0.5, 0.25]), ([0, 2, 8], [0.5, 0.25, 0.25]))


# Axes.


def test_a_logarithmic_axis_has_eight_decades_and_all_that_is_lower_at_its_end():
    axis = LogarithmicAxis(100.0)
    np.testing.assert_allclose(axis.place(np.array([100.0, 1.0, 1e-6, 1e-7, 0.0, -5.0])), [2, 0, -6, -6, -6, -6])
    np.testing.assert_allclose(axis.values(np.array([-1.0, 2.0])), [0.1, 100])
    ticks = axis.ticks()
    assert list(ticks) == list(range(-7, 4)) and ticks[2.0] == "10²" and ticks[0.0] == "1" and ticks[-7.0] == "10⁻⁷"
    assert list(LogarithmicAxis(50.0).ticks()) == list(ticks)


def test_a_symmetric_axis_is_linear_about_nothing_and_logarithmic_beyond():
    axis = SymmetricLogarithmicAxis(100.0)
    places = axis.place(np.array([0.0, 0.01, -0.01, 0.99, -99.99]))
    np.testing.assert_allclose(places, [0, math.log10(2), -math.log10(2), 2, -4], atol=1e-12)
    np.testing.assert_allclose(axis.values(places), [0, 0.01, -0.01, 0.99, -99.99])
    ticks = axis.ticks()
    assert len(ticks) == 11 and ticks[0.0] == "0"
    assert ticks[float(axis.place(np.array(0.01)))] == "10⁻²" and ticks[float(axis.place(np.array(-100.0)))] == "−10²"
    assert sorted(ticks) == [-p for p in sorted(ticks, reverse=True)]
    assert LinearAxis(3.0).ticks() == {} and LinearAxis(3.0).place(places) is places
    assert [spectrum.power(n) for n in (0, -12, 3)] == ["1", "10⁻¹²", "10³"]


# What it costs.


def test_the_memory_of_vectors_is_that_of_their_numbers():
    operator = diagonal(column(*range(6)))
    for dtype, count, size in ((torch.float32, 6, 24), (torch.float64, 6, 48), (torch.complex64, 12, 48)):
        like = torch.zeros((), dtype=dtype)
        assert (numbers(operator, like), vectors(operator, 2, like)) == (count, 2 * size)
    counted = Counted(operator)
    counted(torch.zeros(3, 1, 6))
    counted.adjoint(torch.zeros(2, 1, 6))
    assert counted.products == 5


def test_what_does_not_fit_is_refused_in_mebibytes(monkeypatch):
    monkeypatch.setattr(cost, "free_bytes", lambda device: 3 * MEBIBYTE)
    Cost(1, 3 * MEBIBYTE).require()
    with pytest.raises(Refusal, match="5 MiB for Krylov vectors, got 3 MiB free on cpu"):
        Cost(1, 5 * MEBIBYTE).require()
    monkeypatch.undo()
    assert 2**24 < cost.free_bytes(torch.device("cpu")) < 2**44
    require_finite_products(1e300)
    for size in (INF, NAN):
        with pytest.raises(Refusal, match="that are finite"):
            require_finite_products(size)


def test_a_study_costs_its_steps_its_probes_and_its_search():
    posed = problem(priors.Tikhonov(3.0))
    study = SpectrumStudy(steps=5, probes=2, modes=3)
    like = posed.start()
    search = study._search(like)
    found, bare = study.cost(posed, like), study.cost(problem(priors.Zero()), like)
    assert found.products - bare.products == 2 * 5 * 2, "three terms, and one where there is no prior"
    assert found.bytes - bare.bytes == 2 * 8 * 64 * 2 * (5 + 3)
    assert bare.products == 5 * 2 + 60 + search.products
    assert (
        SpectrumStudy(steps=100, probes=1).cost(posed, like).products
        == 3 * 64 + 60 + SpectrumStudy()._search(like).products
    )


@table(
    ("size", "k", "basis", "room"),
    [
        (50, 3, None, 50),
        (2**22, 4, None, 68),
        (1448, 4, None, 1448),
        (1449, 4, None, 68),
        (1000, 4, None, 1000),
        (1000, 3, 5, 27),
        (1000, 3, 40, 40),
        (20, 3, 5, 20),
    ],
)
def test_a_search_keeps_as_many_vectors_as_help(size, k, basis, room):
    operator = operators.Identity((1, size))
    search = Search(basis=basis, products=77)
    assert search.room(operator, k) == room
    assert search.cost(operator, k) == Cost(77, (2 * room + 16) * size * 8)
    for wrong in (0, size + 1):
        with pytest.raises(Refusal, match=f"between 1 and {size} eigenpairs, got {wrong}"):
            search.room(operator, wrong)
    assert search.room(operator, min(size, 1)) >= 1


def test_a_search_ends_at_its_tolerance_or_at_rounding():
    single = Search(tolerance=1e-3, like=torch.zeros(()))
    eps = torch.finfo(torch.float32).eps
    assert single.goal(2.0) == 2e-3 and single.rounding(2.0) == pytest.approx(32 * eps)
    assert Search(tolerance=1e-9, like=torch.zeros(())).goal(2.0) == pytest.approx(32 * eps)


# Random probes.


def test_a_mean_of_probes_has_the_error_of_a_mean():
    found = mean_of(column(1, 3), 5, 10.0)
    assert (found.value, found.error, found.products) == (12, pytest.approx(1), 5)
    assert mean_of(column(4), 1).error == INF and mean_of(column(4), 1).value == 4


def test_signs_are_signs_of_every_coordinate():
    operator = diagonal(column(*range(9)))
    signs = rademacher(operator, 40, torch.zeros(()), 3)
    assert signs.shape == (40, 1, 9) and signs.dtype == torch.float32 and set(signs.flatten().tolist()) == {-1, 1}
    assert abs(float(signs.mean())) < 0.2
    pairs = rademacher(operator, 40, torch.zeros((), dtype=torch.complex128))
    assert set(pairs.real.flatten().tolist()) == set(pairs.imag.flatten().tolist()) == {-1, 1}


def test_a_diagonal_is_known_from_one_probe_and_a_matrix_by_their_mean():
    first, *_, final = trace(diagonal(column(1, 2, 3)), 3)
    assert (first.value, first.products, final.value, final.error, final.products) == (6, 1, 6, 0, 3)
    matrix = torch.tensor([[2.0, 1.0], [1.0, 5.0]], dtype=torch.float64)
    operator = operators.Map(((1, 2), (1, 2)), lambda x: x @ matrix, lambda x: x @ matrix)
    *_, found = trace(operator, 50)
    probes = rademacher(operator, 50, torch.zeros((), dtype=torch.float64), 0, "trace")[:, 0]
    assert found.value == pytest.approx(7 + 2 * float((probes[:, 0] * probes[:, 1]).mean()))
    entries = list(spectrum.diagonal(operator, 50))
    drawn = rademacher(operator, 50, torch.zeros((), dtype=torch.float64), 0, "diagonal")[:, 0]
    samples = drawn * (drawn @ matrix)
    torch.testing.assert_close(entries[-1].values, samples.mean(0))
    torch.testing.assert_close(entries[-1].errors, samples.std(0) / 50**0.5)
    assert entries[0].errors.tolist() == [INF, INF] and [e.products for e in entries] == list(range(1, 51))


def test_a_sketch_spends_two_thirds_before_it_says_anything(monkeypatch):
    values = column(*range(1, 41))
    assert [e.products for e in sketched_trace(diagonal(values), 9)] == [7, 8, 9]
    assert [e.products for e in sketched_trace(diagonal(values), 1)] == [3]
    monkeypatch.setattr(cost, "free_bytes", lambda device: 4 * 3 * 40 * 8)
    assert next(sketched_trace(diagonal(values), 9)).products == 7, (
        "four times as many vectors as a third of the probes"
    )
    monkeypatch.setattr(cost, "free_bytes", lambda device: 4 * 3 * 40 * 8 - 1)
    with pytest.raises(Refusal, match="for Krylov vectors"):
        next(sketched_trace(diagonal(values), 9))
    (whole,) = sketched_trace(diagonal(column(1, 2, 3)), 30)
    assert (whole.value, whole.error, whole.products) == (pytest.approx(6), 0, 6)


def test_a_log_determinant_is_refused_below_nothing_and_infinite_at_it():
    assert log_determinant(slq(diagonal(column(1, 4)), 2, 3)).value == pytest.approx(math.log(4), rel=1e-6)
    none = log_determinant(slq(diagonal(column(0, 4)), 2, 3))
    assert (none.value, none.error) == (-INF, INF)
    with pytest.raises(Refusal, match="an eigenvalue near -1: "):
        log_determinant(slq(diagonal(column(-1, 4)), 2, 3))


def pairs(value: float, residual: float) -> Eigenpairs:
    return Eigenpairs(column(value), column(residual), True, 0, torch.eye(1), torch.eye(1))


@pytest.mark.parametrize(
    ("smallest", "expected"),
    [((2, 1), (4, 7 / 3, 9)), ((0.5, 1), (16, 7 / 1.5, INF)), ((-0.5, 1), (INF, 14, INF)), ((-1, 1), (INF, INF, INF))],
    ids=["certain", "maybe singular", "perhaps not", "at nothing"],
)
def test_a_condition_lies_between_what_both_intervals_allow(smallest, expected):
    assert condition(pairs(8, 1), pairs(*smallest)) == pytest.approx(expected)


def test_pairs_have_intervals_and_no_condition_where_something_bends_down():
    with pytest.raises(Refusal, match="an eigenvalue near -3: "):
        condition(pairs(8, 1), pairs(-3, 1))
    found = Eigenpairs(column(4, 1), column(0.5, 0.25), True, 0, torch.eye(2), torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    assert found.lower.tolist() == [3.5, 0.75] and found.upper.tolist() == [4.5, 1.25]
    assert found.vectors.tolist() == [[0, 1], [1, 0]]
    assert found.signals(operators.Identity((1, 2)), torch.zeros(())).shape == (2, 1, 2)


def test_the_data_decide_as_many_numbers_as_modes_by_their_share():
    data, prior = column(1, 9, 0), column(1, 1, 2)
    *_, found = freedom(diagonal(data), diagonal(data + prior), 4)
    assert found.value == pytest.approx(0.5 + 0.9) and found.error < 1e-6 and found.products > 4
    with pytest.raises(Refusal, match="finite"):
        next(freedom(diagonal(column(NAN)), diagonal(column(1))))


# Krylov spaces and measures.


def test_a_krylov_space_of_two_values_is_known():
    found = lanczos(diagonal(column(1, 2)), 5, torch.ones(1, 1, 2, dtype=torch.float64))
    torch.testing.assert_close(found.matrix()[0], torch.tensor([[1.5, 0.5], [0.5, 1.5]], dtype=torch.float64))
    assert (found.steps, found.products, found.exhausted.tolist()) == (2, 2, [True])
    known = Krylov(column(1, 2, 3)[None], column(4, 5, 6)[None], torch.zeros(1, 3, 9), 3)
    assert known.matrix()[0].tolist() == [[1, 4, 0], [4, 2, 5], [0, 5, 3]] and known.exhausted.tolist() == [False]
    with pytest.raises(Refusal, match="a zero vector"):
        next(iterate(diagonal(column(1, 2)), torch.zeros(1, 1, 2)))
    values = column(*range(1, 8))
    start = torch.ones(2, 1, 7, dtype=torch.float64)
    cramped, roomy = (list(iterate(diagonal(values), start, room)) for room in (1, 16))
    assert [k.products for k in cramped] == [2, 4, 6, 8, 10, 12, 14]
    torch.testing.assert_close(cramped[-1].alpha, roomy[-1].alpha)
    torch.testing.assert_close(cramped[-1].basis, roomy[-1].basis)
    z = torch.tensor([[1 + 2j, 3 - 1j]])
    assert real_coordinates(z).tolist() == [[1, 2, 3, -1]]
    torch.testing.assert_close(from_real(real_coordinates(z), (2,), z.dtype), z)


def test_a_measure_lies_between_all_nodes_but_the_last_and_one_more():
    assert TWO.nodes.tolist() == [0, 1, 2, 2, 4, 8]
    assert TWO.weights.tolist() == [0.25, 0.125, *sorted([0.25, 0.125], reverse=TWO.weights[2] == 0.25), 0.125, 0.125]
    at = column(-1, 0.5, 2, 100)
    assert TWO.lower(at).tolist() == pytest.approx([0, 0, 0.375, 0.75])
    assert TWO.upper(at).tolist() == pytest.approx([0.375, 0.5, 1, 1])
    assert TWO.cdf(at).tolist() == pytest.approx([0.1875, 0.25, 0.6875, 0.875])
    assert float(TWO.cdf(2.0)) == pytest.approx(0.6875)
    exact = by_hand(([1, 2, 4], [0.25, 0.5, 0.25]), exact=True)
    assert exact.lower(at).tolist() == exact.upper(at).tolist() == [0, 0, 0.75, 1]
    assert (TWO.resolved, exact.resolved) == (3, 80)


def test_measures_of_other_probes_are_merged_the_shorter_one_repeated_without_mass():
    one = by_hand(([1, 2, 4], [0.25, 0.5, 0.25]))
    short = by_hand(([5, 6], [0.5, 0.5]), products=4)
    merged = one.merged(short)
    assert merged.probe_nodes.tolist() == [[1, 2, 4], [5, 6, 6]]
    assert merged.probe_weights.tolist() == [[0.25, 0.5, 0.25], [0.5, 0.5, 0]]
    assert (merged.products, len(merged.exact), float(merged.weights.sum())) == (10, 2, 1)
    assert short.merged(one).probe_nodes.tolist() == [[5, 6, 6], [1, 2, 4]]
    ending_in_nothing = by_hand(([-6, 0], [0.5, 0.5])).merged(one)
    assert ending_in_nothing.probe_nodes[0].tolist() == [-6, 0, 0]
    assert ending_in_nothing.probe_couplings.tolist() == [[0] * 3] * 2


def test_a_density_has_the_width_that_is_given_or_that_nodes_allow():
    one = by_hand(([0, 2], [0.25, 0.75]))
    peak = 1 / math.sqrt(2 * math.pi)
    assert float(one.density(column(2.0), 0.1)) == pytest.approx(0.75 * peak / 0.1)
    assert float(one.density(column(2.1), 0.1)) == pytest.approx(0.75 * peak / 0.1 * math.exp(-0.5))
    wide = 0.337 * 2
    assert float(one.density(column(0.0))) == pytest.approx(peak / wide * (0.25 + 0.75 * math.exp(-2 / wide**2)))
    narrow = by_hand(([3.0], [1.0]))
    assert float(narrow.density(column(3.0))) == pytest.approx(peak / 3e-6)
    assert float(by_hand(([0.0], [1.0])).density(column(0.0))) == pytest.approx(peak / 1e-6)


def test_an_integral_is_as_sure_as_rounding_leaves_its_nodes_and_as_probes_agree():
    """Of three eigenvalues; a node within rounding of 0 may be 0, where this function is 5."""
    one = by_hand(([0.005, 1], [0.5, 0.5]), ([0.005, 1], [0.5, 0.5]))
    at_nothing = lambda t: torch.where(t == 0, 5.0, 2.0).double()  # noqa: E731
    found = replace(one, rounding=0.01).integral(at_nothing)
    assert (found.value, found.error) == (pytest.approx(6), pytest.approx(3 * 0.5 * 3))
    assert one.integral(at_nothing).error == pytest.approx(0, abs=1e-12) and one.integral(torch.ones_like).value == 3
    apart = by_hand(([1.0], [1.0]), ([3.0], [1.0])).integral(lambda t: t)
    assert (apart.value, apart.error) == (pytest.approx(6), pytest.approx(3)), "3 and 9"
    assert by_hand(([1.0], [1.0])).integral(lambda t: t).error == INF


def test_ritz_values_have_masses_that_add_up_and_outliers_lie_beyond_the_fences():
    values = column(*np.linspace(0, 1, 30), 10, -8)
    krylov = lanczos(diagonal(values), 32)
    found = ritz(krylov)
    assert float(found.masses.sum()) == pytest.approx(1) and bool((found.values.diff() >= 0).all())
    assert outliers(krylov)[0].tolist() == pytest.approx([-8, 10])
    assert outliers(krylov, (-9, 5))[0].tolist() == pytest.approx([10])
    assert outliers(krylov, (-8 - 1e-9, 10 + 1e-9))[0].tolist() == []


def test_an_orthonormal_basis_leaves_out_what_is_rounding():
    rows = torch.tensor([[3.0, 0, 0], [3.0, 1e-14, 0], [0, 2.0, 0]], dtype=torch.float64)
    basis = orthonormal(rows)
    torch.testing.assert_close(basis @ basis.T, torch.eye(2, dtype=torch.float64))
    space = RitzSpace(diagonal(column(1, 2, 3)), torch.zeros((), dtype=torch.float64), 3, -1)
    space.expand(torch.eye(3, dtype=torch.float64))
    top, mix, left = space.ritz()
    assert top.tolist() == pytest.approx([-1, -2, -3]) and (space.size, space.products, space.scale) == (3, 3, 3)
    assert left.tolist() == pytest.approx([0, 0, 0], abs=1e-12) and mix.shape == (3, 3)
    space.restart(top, mix, 2)
    assert space.size == 2
    more = space.following(1, torch.Generator().manual_seed(0))
    assert more.abs().tolist() == [pytest.approx([0, 0, 1], abs=1e-12)], "what is left of the space"
    torch.testing.assert_close(space.basis.abs(), torch.eye(3, dtype=torch.float64)[:2])


# Curves.


@table(
    ("nodes", "width"), [([5.0], 0.02), ([-5.0], 0.02), ([0.0], 4e-15), ([-2.0, 2.0], 0.337 * 4), ([5.0, 5.0], 0.02)]
)
def test_a_density_reaches_three_widths_beyond_its_ends(nodes, width):
    """0.337 of the range over m - 1 is a width, and no less than 0.004 of what the axis shows."""
    measure = by_hand((nodes, [1 / len(nodes)] * len(nodes)))
    curve = spectrum.density(measure, LinearAxis(5.0))
    assert curve.at[0] == pytest.approx(nodes[0] - 3 * width) and curve.at[-1] == pytest.approx(nodes[-1] + 3 * width)
    assert len(curve.at) == 400 and np.trapezoid(curve.height, curve.at) == pytest.approx(1, abs=0.01)
    assert curve.low is None and curve.high is None


def test_known_eigenvalues_are_drawn_as_smooth_as_measured_ones():
    values, axis = column(1, 1, 3), LinearAxis(3.0)
    curve = spectrum.exact_density(values, axis, 3)
    measured = spectrum.density(by_hand(([1, 2, 3], [2 / 3, 0, 1 / 3])), axis)
    np.testing.assert_allclose(np.interp(curve.at, measured.at, measured.height), curve.height, atol=0.02)
    assert spectrum.exact_cumulative(column(4, 1, 2), np.array([0, 1, 3, 4, 9]), axis).tolist() == pytest.approx(
        [0, 1 / 3, 2 / 3, 1, 1]
    )
    share = spectrum.cumulative(by_hand(([1, 3], [0.5, 0.5]), exact=True), axis)
    assert (share.at[0], share.at[-1], len(share.at)) == (pytest.approx(0.94), pytest.approx(3.06), 400)
    np.testing.assert_allclose(np.interp([0.95, 2, 3.05], share.at, share.height), [0, 0.5, 1], atol=1e-9)
    doubled = spectrum.scaled(TWO, 2.0)
    assert doubled.nodes.tolist() == [0, 2, 4, 4, 8, 16] and doubled.weights.tolist() == TWO.weights.tolist()


def test_a_heat_map_has_a_column_a_look_of_mass_one():
    looks = [Glimpse(k, by_hand(([0.0, float(k)], [0.25, 0.75])), None) for k in (1, 4)]
    image, ks, ends = spectrum.heat(looks, LinearAxis(4.0), rows=11)
    assert image.shape == (11, 2) and ks.tolist() == [1, 4] and image.sum(0).tolist() == [1, 1]
    assert ends == pytest.approx((-0.2, 4.2)) and image[0].tolist() == [0.25, 0.25]
    assert image[-1, 1] == 0.75 and image[2:4, 0].sum() == 0.75
    assert spectrum.heat(looks, LinearAxis(4.0))[0].shape == (80, 2)


# Modes.


def test_filter_factors_and_picards_ratios_are_those_of_two_modes():
    """A = diag(2, 1) and y = (2, 3): s = 2, 1; <u, y> = 2, 3; what Tikhonov leaves is s^2 / (s^2 + w)."""
    A = diagonal(column(2, 1))
    found = Eigenpairs(column(4, 1), column(0, 0), True, 2, torch.eye(2, dtype=torch.float64), torch.eye(2))
    y = column(2, 3)[None, None]
    sizes, data, ratio = modes.picard(found, A, y)
    assert (sizes.tolist(), data.tolist(), ratio.tolist()) == ([2, 1], [[2, 3]], [[1, 3]])
    tikhonov = y * column(2, 1) / column(5, 2)
    assert modes.filter_factors(found, A, tikhonov, y).tolist() == [pytest.approx([0.8, 0.5])]
    assert modes.filter_factors(found, A, y / column(2, 1), y).tolist() == [[1, 1]]
    nothing = modes.filter_factors(found, A, tikhonov, y * column(0, 1))
    assert math.isnan(nothing[0, 0]) and nothing[0, 1] == 0.5
    along, rest = modes.error_split(pairs_of(3), torch.tensor([[[1.0, 2.0, 3.0]]]))
    assert (along.tolist(), rest.tolist()) == ([[1, 4]], [9])
    assert modes.components(pairs_of(3), torch.tensor([[[1.0, -2.0, 3.0]]])).tolist() == [[1, -2]]


def pairs_of(size: int) -> Eigenpairs:
    return Eigenpairs(column(4, 1), column(0, 0), True, 2, torch.eye(size, dtype=torch.float64)[:2], torch.eye(2))


def test_modes_are_split_once_they_are_known_and_have_factors_where_data_are_normal():
    posed = Problem(operators.Identity((1, 3)), noise.Gaussian(0.5), priors.Tikhonov(), column(1, 2, 3)[None, None])
    there = SimpleNamespace(problem=posed, objective=operators.Identity((1, 3)), x=torch.zeros(1, 1, 3))
    unknown = SpectrumEstimate(there, 0, of_data=True)
    assert modes.split(unknown, [], None) is None
    exact = Eigenpairs(column(4, 4), column(0, 0), True, 2, torch.eye(3, dtype=torch.float64)[:2], torch.eye(2))
    found = SpectrumEstimate(there, 0, pairs=exact, of_data=True)
    errors = [(0, torch.tensor([1.0, 2.0, 9.0])), (1, torch.tensor([0.5, 0.25, 8.0]))]
    split = modes.split(found, errors, column(0.5, 0.5, 0.5)[None, None])
    assert split.values.tolist() == [4, 4] and split.first.tolist() == [1, 2] and split.now.tolist() == [0.5, 0.25]
    told = {name: values.tolist() for name, values in split.picard.items()}
    assert told == {"s": [1, 1], "|⟨u, y⟩|": [1, 2], "ratio": [1, 2], "filter": [0.5, 0.25]}
    bare = modes.split(found, [], None)
    assert np.isnan(bare.first).all() and np.isnan(bare.picard["filter"]).all()
    assert modes.split(SpectrumEstimate(there, 0, pairs=exact), errors, None).picard == {}
    assert modes.mode(found, 1).tolist() == [[[0, 1, 0]]]


def test_hessians_are_known_exactly_where_one_basis_makes_both_diagonal():
    posed = problem(priors.Tikhonov(3.0))
    data, prior = spectrum.exact(spectrum.hessians(posed, posed.start()))
    torch.testing.assert_close(
        data.sort().values, (100 * posed.operator.transfer().square()).flatten().sort().values.to(data)
    )
    assert prior.tolist() == [3.0] * 64
    kinked = spectrum.hessians(problem(priors.TotalVariation(2.0)), posed.start(), width=0.02)
    assert kinked.note.startswith("TotalVariation has no Hessian at a kink: shown is that of ")
    assert kinked.note.endswith("rounded off over 0.02") and spectrum.hessians(posed, posed.start()).note == ""
    assert spectrum.exact(kinked) is None
    with pytest.raises(Refusal, match="a batch of 2 and 1: "):
        spectrum.hessians(posed, posed.start().expand(2, -1, -1, -1))
    masked = operators.FourierMask((1, 4, 4), pattern=torch.ones(4, 4))
    complex_one = Problem(
        masked, noise.Gaussian(0.5), priors.Tikhonov(3.0), torch.zeros(1, 1, 4, 4, dtype=torch.complex128)
    )
    data, prior = spectrum.exact(spectrum.hessians(complex_one, complex_one.zeros()))
    assert data.tolist() == pytest.approx([4.0] * 32) and len(prior) == 32, "every mode twice"
