"""Informations that are known in closed form or by a loop of a few lines, each beside what makes it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
from torch import Tensor

from tests.tables import table
from workbench.analysis.information import (
    KSG,
    MINE,
    PCA,
    AdaptiveBins,
    Bins,
    Exact,
    FloorBins,
    GaussianClosedForm,
    InfoNCE,
    KDELower,
    KDEUpper,
    KozachenkoLeonenko,
    Noisy,
    Ranked,
    Sliced,
    WeightedKozachenkoLeonenko,
    filters,
    immse,
    layer_information,
    quantised,
)
from workbench.analysis.information.bottleneck import Bottleneck
from workbench.analysis.information.calibration import CalibrationReading
from workbench.analysis.information.channel import log_det, modes, of_matrix, of_operator
from workbench.analysis.information.ensembles import Codebook, Drawn, GaussianRandomField
from workbench.analysis.information.estimators import ties
from workbench.analysis.information.estimators.base import (
    constant,
    discrete,
    entropy,
    per_class,
    rows_of,
    samples,
    symbols,
)
from workbench.analysis.information.estimators.fronts.pca import components
from workbench.analysis.information.estimators.neighbours import classes, continuous_first, nearest, psi, whitened
from workbench.analysis.information.estimators.nets import Net, draw, standardised
from workbench.analysis.information.paths import ClosedForm, Denoised, Track, denoised, matched
from workbench.analysis.information.plane import FixedTau, RelativeTau, path
from workbench.analysis.information.sampled import PlanePoint, PlaneSampling, SampledPath, sampled_plane
from workbench.analysis.information.tasks import (
    TASKS,
    AdditiveUniform,
    BivariateNormal,
    DenseNormal,
    RenderedImages,
    Student,
    UniformMixture,
)
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity
from workbench.priors import SmoothedTotalVariation, Tikhonov
from workbench.problem import Problem
from workbench.refusal import Refusal

LN2, INF, NAN = math.log(2), math.inf, math.nan


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# Tasks.


def normal(covariance: np.ndarray, d: int) -> float:
    """(ln det C_u + ln det C_v - ln det C) / 2."""
    parts = (covariance[:d, :d], covariance[d:, d:], covariance)
    one, other, both = (np.linalg.slogdet(part)[1] for part in parts)
    return (one + other - both) / 2


def uniform(reach: float) -> float:
    """h(v) - h(noise), the density of v by a sum over a grid."""
    v = np.linspace(-reach - 1, reach + 2, 2_000_001)
    density = np.clip(np.minimum(1, v + reach) - np.maximum(0, v - reach), 0, None) / (2 * reach)
    seen = density > 0
    return float(-(density[seen] * np.log(density[seen])).sum() * (v[1] - v[0])) - math.log(2 * reach)


def student(d: int, freedom: int) -> float:
    entropies = [scipy.stats.multivariate_t(np.zeros(n), np.eye(n), df=freedom).entropy() for n in (d, 2 * d)]
    return float(2 * entropies[0] - entropies[1])


def dense(d: int, rho: float) -> np.ndarray:
    return (1 - rho) * np.eye(2 * d) + rho * np.ones((2 * d, 2 * d))


def test_the_truth_of_every_task_is_that_of_its_density():
    pairs = [
        (BivariateNormal(0.6, 3), 3 * normal(np.array([[1, 0.6], [0.6, 1]]), 1)),
        (DenseNormal(2, 0.5), normal(dense(2, 0.5), 2)),
        (DenseNormal(3, 0.25), normal(dense(3, 0.25), 3)),
        (AdditiveUniform(0.75), 1 / 3),
        (AdditiveUniform(0.75), uniform(0.75)),
        (AdditiveUniform(0.5), uniform(0.5)),
        (AdditiveUniform(0.1), uniform(0.1)),
        (AdditiveUniform(2.0), uniform(2.0)),
        (Student(1, 1), student(1, 1)),
        (Student(2, 5), student(2, 5)),
        (UniformMixture(2), LN2 / 2),
        (UniformMixture(5), math.log(5) - 0.8 * LN2),
        (RenderedImages(1.5), 1.5),
    ]
    for task, truth in pairs:
        assert task.truth() == pytest.approx(truth, abs=2e-4), task
    assert len(TASKS) == 10 and len(set(TASKS)) == 10 and all(task.truth() > 0 for task in TASKS)


def test_pairs_are_drawn_from_the_density_of_their_task():
    def correlation(task, n: int = 20_000):
        u, v = task.sample(n, 1)
        return np.corrcoef(torch.cat([u, v], 1).double().T)

    np.testing.assert_allclose(correlation(BivariateNormal(0.6, 2))[[0, 1, 0], [2, 3, 3]], [0.6, 0.6, 0], atol=0.03)
    np.testing.assert_allclose(correlation(DenseNormal(2, 0.5)), dense(2, 0.5), atol=0.03)
    u, v = AdditiveUniform(0.75).sample(5000)
    assert 0 <= float(u.min()) < 0.01 and 0.99 < float(u.max()) <= 1
    assert float((v - u).abs().max()) <= 0.75 and float((v - u).min()) < -0.74 and float((v - u).max()) > 0.74
    u, v = UniformMixture(3).sample(5000)
    assert (
        sorted(u.unique().tolist()) == [0, 1, 2]
        and 0 <= float((v - u).min()) < 0.01
        and 1.99 < float((v - u).max()) <= 2
    )
    u, v = Student(1, 3).sample(50_000)
    assert float(scipy.stats.kstest(u[:, 0].numpy(), scipy.stats.t(3).cdf).pvalue) > 1e-3
    assert abs(np.corrcoef(u[:, 0], v[:, 0])[0, 1]) < 0.1 and np.corrcoef(u[:, 0] ** 2, v[:, 0] ** 2)[0, 1] > 0.05
    pictures = RenderedImages(1.0, 11)._render(torch.tensor([[0.0, 50.0]], dtype=torch.float64)).reshape(11, 11)
    assert pictures.argmax() == 5 * 11 + 8, "the middle of the rows, and eight tenths of the columns' ten"
    assert float(pictures[5, 8]) == pytest.approx(1) and float(pictures[5, 9]) == pytest.approx(
        math.exp(-((4 / 11) ** 2))
    )
    u, v = RenderedImages(1.0, 8).sample(4)
    assert u.shape == v.shape == (4, 64) and u.dtype == torch.float64


# Samples.


def test_samples_are_rows_that_vary_and_symbols_are_numbers_of_rows():
    assert rows_of(torch.zeros(3, 2, 2), "u").shape == (3, 4) and rows_of(torch.arange(3), "u").dtype == torch.int64
    assert not discrete(rows_of(torch.zeros(3), "u")) and discrete(rows_of(torch.arange(3), "u"))
    for wrong, said in ((torch.zeros(1), "two or more samples"), (torch.tensor(1.0), "two or more"),
                        (torch.zeros(3, 0), "two or more"),
                        (torch.tensor([1j, 2]), "real samples"), (torch.tensor([NAN, 1]), "finite")):  # fmt: skip
        with pytest.raises(Refusal, match=said):
            rows_of(wrong, "u")
    with pytest.raises(Refusal, match="that vary, got a constant"):
        samples(torch.ones(3), "u")
    assert constant(torch.ones(3, 2)) and not constant(torch.tensor([[1.0, 1], [1, 2]]))
    assert symbols(torch.tensor([[5, 1], [5, 2], [5, 1], [-7, 2]])).tolist() == [1, 2, 1, 0]
    huge = torch.tensor([[0, 0], [2**40, 2**40], [0, 2**40], [2**40, 2**40]])
    assert len(symbols(huge).unique()) == 3 and symbols(huge)[1] == symbols(huge)[3]
    assert entropy(torch.tensor([0, 0, 1, 3])) == pytest.approx(1.5 * LN2)
    assert [(share, rows.tolist()) for share, rows in per_class(torch.tensor([7, 2, 7, 7]))] == [
        (0.25, [1]),
        (0.75, [0, 2, 3]),
    ]
    with pytest.raises(Refusal, match="as many samples of u as of v, got 3 and 2"):
        Exact()(torch.arange(3), torch.arange(2))


@table(
    ("estimator", "both"),
    [
        (Bins(30), [15, 60]),
        (Bins(2), [1, 4]),
        (Bins(1), [1, 2]),
        (KSG(1), [1, 2]),
        (KSG(3), [2, 6]),
        (FloorBins(0.5), [0.25, 1.0]),
        (Exact(20), [10, 30]),
        (GaussianClosedForm(), []),
        (Ranked(), []),
    ],
)
def test_a_free_parameter_is_halved_and_doubled_within_its_limits(estimator, both):
    assert [getattr(e, estimator.freedom) for e in estimator.around()] == both
    assert FloorBins(0.1).around(4) == (FloorBins(0.025), FloorBins(0.4))
    assert PCA(KSG(), 3).around() == (PCA(KSG(), 2), PCA(KSG(), 6))
    assert type(estimator.around()) is tuple and all(type(e) is type(estimator) for e in estimator.around())


def test_ceilings_are_what_so_many_samples_can_show():
    assert (
        Bins().ceiling(1024) == 10
        and PCA(Bins()).ceiling(16) == Sliced(Bins()).ceiling(16) == Noisy(Bins()).ceiling(16) == 4
    )
    assert KSG(3).ceiling(100) == pytest.approx((scipy.special.digamma(100) - scipy.special.digamma(3)) / LN2)
    assert GaussianClosedForm().ceiling(10) == INF
    assert InfoNCE(batch=64).ceiling(1000) == 6 and InfoNCE(batch=64).ceiling(16) == 4


# Bins and kernels.


def test_activations_are_counted_in_the_bins_that_are_said():
    t = column(-2, -1, -0.99, 0, 0.99, 1, 5)[:, None]
    assert Bins(3).bins(t)[:, 0].tolist() == [0, 1, 1, 2, 2, 3, 3], "edges at -1, 0 and 1, and beyond them"
    assert FloorBins(0.5).bins(t)[:, 0].tolist() == [-4, -2, -2, 0, 1, 2, 10]
    assert AdaptiveBins(2).bins(column(1, 2, 2, 3, 4)[:, None])[:, 0].tolist() == [1, 1, 1, 2, 3]
    with pytest.raises(Refusal, match="less than 4e18 bins"):
        FloorBins(1e-9).bins(column(0, 1e11)[:, None])
    four = column(0, 1 / 3, 0.4, 1)[:, None]
    assert quantised(four, 2) is four and quantised(four, 1)[:, 0].tolist() == [0, 0, 0, 1]
    np.testing.assert_allclose(
        quantised(torch.linspace(0, 1, 9).double(), 2), [0, 0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 2 / 3, 1, 1]
    )
    assert layer_information(column(0, 0, 1, 2)[:, None], torch.tensor([0, 0, 1, 1]), Exact()) == pytest.approx(
        (1.5, 1)
    )
    assert layer_information(torch.ones(4, 2), torch.tensor([0, 0, 1, 1])) == (0, 0)
    assert (
        Exact()(column(0, 0, 1, 2), torch.tensor([0, 0, 1, 1]))
        == pytest.approx(LN2)
        == Exact()(torch.tensor([0, 0, 1, 1]), column(0, 0, 1, 2))
    )
    assert Exact()(column(0, 0, 1, 1), column(0, 1, 0, 1)) == pytest.approx(0) and Exact()(
        column(0, 1), column(5, 3)
    ) == pytest.approx(LN2)


def test_labels_are_whole_numbers_of_two_classes_one_a_sample():
    t = column(0, 0, 1, 2)[:, None]
    wrong = ((torch.zeros(4), "whole numbers as labels"), (torch.zeros(4, dtype=torch.int64), "two classes"),
             (torch.tensor([0, 1]), "a label for each of 4"), (torch.eye(4).long(), "whole numbers"))  # fmt: skip
    for labels, said in wrong:
        with pytest.raises(Refusal, match=said):
            layer_information(t, labels)
    with pytest.raises(Refusal, match="the inputs for KSG"):
        layer_information(t, torch.tensor([0, 1, 0, 1]), KSG())
    assert layer_information(t, torch.tensor([[0], [0], [1], [1]]), Exact())[1] == pytest.approx(1)
    u = torch.randn(60, 1, generator=rng()).double()
    both = layer_information(u + 0.1 * torch.randn(60, 1, generator=rng(1)), (u[:, 0] > 0).long(), KSG(), u)
    assert both[0] > 1 > both[1] > 0.3


@pytest.mark.parametrize(("kind", "factor"), [(KDEUpper, 2), (KDELower, 8)])
def test_a_kernel_bound_of_two_activations_is_that_of_their_distance(kind, factor):
    """-ln (1 + exp(-d^2 / (2 s))) / 2, s the variance times 1 or 4."""
    t = column(0, 0.3)[:, None]
    found = layer_information(t, torch.tensor([0, 1]), kind(0.09))
    kept = -math.log((1 + math.exp(-1 / factor)) / 2) / LN2
    assert found == pytest.approx((kept, kept))
    relative = layer_information(t, torch.tensor([0, 1]), kind(0.09, relative=True))
    assert relative[0] == pytest.approx(-math.log((1 + math.exp(-1 / (factor * 0.09))) / 2) / LN2)
    assert kind(0.09)(t, t) == pytest.approx(LN2 * (2 * kept) + math.log((1 + math.exp(-2 / factor)) / 2))


# Neighbours.


def ksg(u: np.ndarray, v: np.ndarray, k: int) -> float:
    """Kraskov, Stoegbauer & Grassberger 2004, equation 8, by loops."""
    digamma, n, found = scipy.special.digamma, len(u), 0.0
    for i in range(n):
        apart = [np.abs(x - x[i]).max(1) for x in (u, v)]
        both = np.delete(np.maximum(*apart), i)
        radius = np.sort(both)[k - 1]
        found += sum(digamma((np.delete(a, i) < radius).sum() + 1) for a in apart) / n
    return digamma(k) + digamma(n) - found


def entropy_of(x: np.ndarray, k: int) -> float:
    """psi(N) - psi(k) + d <ln 2 r_k>, by loops."""
    n, d = x.shape
    radii = [np.sort(np.delete(np.abs(x - row).max(1), i))[k - 1] for i, row in enumerate(x)]
    return scipy.special.digamma(n) - scipy.special.digamma(k) + d * np.mean(np.log(2 * np.array(radii)))


def test_neighbours_are_counted_as_in_the_paper():
    u = torch.randn(40, 2, generator=rng(), dtype=torch.float64)
    v = u[:, :1] + 0.5 * torch.randn(40, 1, generator=rng(1), dtype=torch.float64)
    white = [whitened(x)[0].numpy() for x in (u, v)]
    assert KSG(3)(u, v) == pytest.approx(ksg(*white, 3))
    labels = (v[:, 0] > 0).long()
    sizes = [int((labels == c).sum()) for c in (0, 1)]
    counted, points = 0.0, whitened(u)[0].numpy()
    for i, row in enumerate(points):
        apart = np.abs(points - row).max(1)
        radius = np.sort(apart[(labels == labels[i]).numpy() & (np.arange(40) != i)])[2]
        counted += scipy.special.digamma((np.delete(apart, i) < radius).sum() + 1) / 40
    expected = (
        scipy.special.digamma(3)
        + scipy.special.digamma(40)
        - counted
        - sum(s / 40 * scipy.special.digamma(s) for s in sizes)
    )
    assert KSG(3)(u, labels) == pytest.approx(expected) == KSG(3)(labels, u)


def test_entropies_are_those_of_whitened_samples_and_what_undoes_it():
    x = torch.randn(50, 2, generator=rng(), dtype=torch.float64) @ torch.tensor(
        [[2.0, 1], [0, 0.5]], dtype=torch.float64
    )
    white, log = whitened(x)
    np.testing.assert_allclose(np.cov(white.T), np.eye(2), atol=1e-9)
    assert log == pytest.approx(np.linalg.slogdet(np.cov(x.T))[1] / 2)
    rule = KozachenkoLeonenko(4)
    assert rule.entropy(x) == pytest.approx(entropy_of(white.numpy(), 4) + log)
    u, labels = x[:, :1], (x[:, 1] > 0).long()
    given = rule.entropy(u) - sum(share * rule.entropy(u[rows]) for share, rows in per_class(labels))
    assert rule(u, labels) == pytest.approx(given) == rule(labels, u)
    v = x[:, 1:]
    assert rule(u, v) == pytest.approx(rule.entropy(u) + rule.entropy(v) - rule.entropy(x))
    for wrong, said in ((labels, "continuous samples"), (torch.cat([u, torch.ones(50, 1)], 1), "1 constant of 2")):
        with pytest.raises(Refusal, match=said):
            rule.entropy(wrong)
    assert rule.weights(3).tolist() == [0, 0, 0, 1]
    gamma, weights = scipy.special.gamma, WeightedKozachenkoLeonenko(10).weights(5).numpy()
    j = np.arange(1, 11)
    assert weights.sum() == pytest.approx(1) and (weights * gamma(j + 2 / 5) / gamma(j)).sum() == pytest.approx(
        0, abs=1e-9
    )
    assert WeightedKozachenkoLeonenko(10).weights(3).tolist() == pytest.approx([0.1] * 10)
    with pytest.raises(Refusal, match="biases smaller than the information"):
        __import__("workbench.analysis.information.estimators.kozachenko_leonenko", fromlist=["x"])._information(
            column(-1, -1.001, -0.999)
        )


def test_sides_are_sorted_into_the_continuous_one_and_symbols():
    u, s = torch.zeros(3, 1), torch.tensor([[4], [9], [4]])
    for pair in ((u, s), (s, u)):
        first, labels = continuous_first(*pair)
        assert first is u and labels.tolist() == [0, 1, 0]
    with pytest.raises(Refusal, match="two of symbols"):
        continuous_first(s, s)
    assert len(classes(torch.tensor([0, 0, 1, 1]), 1)) == 2
    with pytest.raises(Refusal, match="more than 2 samples of each symbol, got one with 2"):
        classes(torch.tensor([0, 0, 1, 1]), 2)
    assert psi(1.0) == pytest.approx(-np.euler_gamma)
    assert nearest(column(0, 1, 3)[:, None], 2).tolist() == [[1, 3], [1, 2], [2, 3]]
    with pytest.raises(Refusal, match="1 constant of 2"):
        whitened(torch.cat([torch.randn(9, 1), torch.ones(9, 1)], 1).double())
    one = torch.randn(9, 1, generator=rng()).double()
    with pytest.raises(Refusal, match="1 of 2 without any"):
        whitened(torch.cat([one, one], 1))
    far = torch.cat([torch.randn(99, 1, generator=rng()).double(), column(1e9)[:, None]])
    assert float(whitened(far)[0][:99].std()) == pytest.approx(1, rel=0.01), "the scale is that of the bulk"


@table(("copies", "refused"), [(4, False), (5, True)])
def test_pairs_are_refused_of_which_more_than_a_quarter_are_copies(copies, refused):
    rows = torch.arange(16 - copies, dtype=torch.float64)
    u = torch.cat([rows, rows[:copies]])[:, None]
    if refused:
        with pytest.raises(Refusal, match="5 of 16 that are copies of another"):
            ties.refuse_repeated(u, u.exp())
    else:
        ties.refuse_repeated(u, u.exp())
    coarse = torch.arange(16, dtype=torch.float64)
    ties.refuse_repeated((coarse // 4)[:, None], (coarse % 4)[:, None])  # each meets often, the pairs never
    ties.refuse_repeated(u.long(), u.long())  # symbols


def test_values_that_repeat_are_spread_over_their_cells_and_many_copies_are_refused():
    x = column(0, 1, 1, 3)[:, None]
    moved = ties.spread(x, "u")[:, 0]
    assert moved[0] == 0 and moved[3] == 3 and all(0.5 <= float(m) <= 2 for m in moved[1:3]) and moved[1] != moved[2]
    ends = ties.spread(column(0, 0, 4, 4)[:, None], "u")[:, 0]
    assert all(-2 <= float(m) <= 2 for m in ends[:2]) and all(2 <= float(m) <= 6 for m in ends[2:])
    assert ties.spread(torch.tensor([[1.0, 5], [2, 5]]), "u").shape == (2, 1), "without constant coordinates"
    copies = torch.cat([torch.zeros(11), torch.arange(1.0, 40)])[:, None].double()
    with pytest.raises(Refusal, match="11 of 50 with 10 copies or more"):
        ties.untied(copies, "u")
    assert ties.untied(copies[1:], "u").shape == (49, 1)
    thousand = torch.cat([torch.zeros(20), torch.arange(1.0, 1981)])[:, None].double()
    assert len(ties.untied(thousand, "u").unique()) == 2000


# Fronts and learned bounds.


def test_ranks_principal_components_and_noise_come_before_the_estimator():
    u = torch.randn(40, 1, generator=rng(), dtype=torch.float64)
    v = u + torch.randn(40, 1, generator=rng(1), dtype=torch.float64)
    scores = [torch.special.ndtri((x.argsort(0).argsort(0) + 0.5) / 40) for x in (u, v)]
    assert Ranked(GaussianClosedForm())(u.exp(), v**3) == pytest.approx(GaussianClosedForm()(*scores))
    wide = torch.randn(30, 4, generator=rng(), dtype=torch.float64) * column(1, 5, 2, 0.1)
    kept = components(wide, 2)
    _, _, axes = np.linalg.svd((wide - wide.mean(0)).numpy())
    np.testing.assert_allclose(np.abs(kept), np.abs((wide - wide.mean(0)).numpy() @ axes[:2].T))
    assert components(wide, 4) is wide and components(wide[:, :1].expand(30, 4), 2).shape == (30, 1)
    with pytest.raises(Refusal, match="more samples than the 2 components"):
        components(wide[:2], 2)
    noisy = Noisy(ratio=0.5).change(100 + 2 * torch.randn(20_000, 1, generator=rng(), dtype=torch.float64), "v")
    assert float(noisy.std()) == pytest.approx(2 * math.sqrt(1.25), rel=0.02)
    with pytest.raises(Refusal, match="a continuous v to add noise to"):
        Noisy()(u, torch.arange(40))
    assert Sliced(GaussianClosedForm(), slices=3)(u, v) == pytest.approx(GaussianClosedForm()(u, v)), (
        "of one axis there is one slice"
    )


def test_the_gaussian_information_is_that_of_the_covariance_less_what_chance_adds():
    x = (
        torch.randn(30, 3, generator=rng(), dtype=torch.float64)
        @ torch.tensor([[1.0, 0.5, 0.2], [0, 1, 0.3], [0, 0, 1]]).double()
    )
    u, v = x[:, :1], x[:, 1:]
    plain = normal(np.cov(x.T), 1)
    assert GaussianClosedForm(unbiased=False)(u, v) == pytest.approx(plain)
    bias = [sum(scipy.special.digamma((29 - i) / 2) - math.log(29 / 2) for i in range(d)) for d in (1, 2, 3)]
    assert GaussianClosedForm()(u, v) == pytest.approx(plain - (bias[0] + bias[1] - bias[2]) / 2)
    for wrong, said in (((u[:4], v[:4]), "more than 4 samples for 3 dimensions"),
                        ((u, torch.arange(30)), "continuous samples"),
                        ((u, u), "some variance in every direction")):  # fmt: skip
        with pytest.raises(Refusal, match=said):
            GaussianClosedForm()(*wrong)


def test_learned_bounds_are_their_formulas_of_known_scores():
    pairs = torch.arange(16.0)[:, None]
    told, nothing = (lambda u, v: 50.0 * (u == v.T).float()), (lambda u, v: torch.zeros(len(u), len(v)))
    rule = InfoNCE(batch=8)
    assert float(rule.bound(told, pairs, pairs)) == pytest.approx(math.log(16)) and float(
        rule.bound(nothing, pairs, pairs)
    ) == pytest.approx(0, abs=1e-6)
    assert rule.read(told, pairs, pairs) == pytest.approx(math.log(8)), "batches of eight know no more"
    assert InfoNCE(batch=9).read(told, pairs, pairs) == pytest.approx(math.log(9)), "what fills no batch is left out"
    five = torch.arange(5.0)[:, None]
    mine = MINE()
    assert float(mine.bound(lambda u, v: torch.zeros(len(u)), five, five)) == pytest.approx(0)
    assert float(mine.bound(lambda u, v: 3.0 * (u == v)[:, 0].float(), five, five)) == pytest.approx(3), (
        "no shuffled pair is one"
    )
    assert mine.read(lambda u, v: (u + v)[:, 0], five, five) == pytest.approx(
        4 - math.log(np.mean([math.exp(i + (i + k) % 5) for i in range(5) for k in range(1, 5)]))
    )
    with pytest.raises(Refusal, match="1024 samples for batches of 256, got 40"):
        InfoNCE()(torch.randn(40, generator=rng()), torch.randn(40, generator=rng(1)))


def test_networks_of_estimators_are_affine_maps_with_elu_between():
    net = Net((2, 3, 1), rng())
    assert [tuple(p.shape) for p in net.parameters()] == [(2, 3), (3,), (3, 1), (1,)]
    x = torch.tensor([[1.0, -2.0]])
    (a, b), (c, d) = net.layers
    torch.testing.assert_close(net(x), torch.nn.functional.elu(x @ a + b) @ c + d)
    wide = Net((400, 50), rng()).layers[0][0]
    assert float(wide.detach().std()) == pytest.approx(1 / 20, rel=0.05)
    x = column(0, 1, 2, 3, 100)[:, None]
    np.testing.assert_allclose(standardised(x)[:, 0], np.arcsinh((np.array([0, 1, 2, 3, 100]) - 2) / 1.5), rtol=1e-6)
    mostly = column(1, 1, 1, 4)[:, None]
    np.testing.assert_allclose(standardised(mostly)[:, 0], np.arcsinh(np.array([0, 0, 0, 3]) / 1.5), rtol=1e-6)
    assert standardised(torch.ones(3, 1)).tolist() == [[0], [0], [0]]
    assert draw(3, 500, rng()).unique().tolist() == [0, 1, 2]


# The plane of a reconstruction.


def test_a_channel_of_two_modes_has_the_information_of_both():
    """ln(1 + s^2 c / sigma^2) / 2 each: s = 2, 1; c = 3, 4; sigma = 2: ratios 3 and 1."""
    made = modes(column(-2, 1), column(3, 4), 2.0)
    assert made.gains.flatten().tolist() == [2, 1] and made.prior_power == 7
    assert made.ceiling() == pytest.approx((2 + 1) / 2)
    assert made.bottleneck().snr.tolist() == [3, 1]
    assert made.wiener().flatten().tolist() == pytest.approx([6 / 16, 4 / 8])
    assert made.mean_square_error(made.wiener()) == pytest.approx((3 / 4 + 4 / 2) / 2)
    assert made.mean_square_error(0 * made.wiener()) == 3.5
    assert made.data().flatten().tolist() == [16, 8] and made.wiener(more=4.0).flatten().tolist() == pytest.approx(
        [6 / 20, 4 / 12]
    )
    assert made.data(2 * made.covariance).flatten().tolist() == [28, 12]
    same = of_matrix(torch.diag(column(2, 1)), torch.diag(column(3, 4)), 2.0)
    assert same.ceiling() == pytest.approx(1.5) and same.gains.tolist() == [[2, 1]]
    wide = of_matrix(column(2, 0)[None], torch.eye(2).double(), 1.0)
    assert wide.gains.tolist() == [[2, 0]] and wide.ceiling() == pytest.approx(math.log2(5) / 2)
    blurred = of_operator(GaussianBlur((1, 8), 1.0), torch.ones(1, 8, dtype=torch.float64), 0.5)
    assert blurred.gains.flatten().sort().values.tolist() == pytest.approx(
        GaussianBlur((1, 8), 1.0).transfer().flatten().abs().sort().values.tolist(), rel=1e-5
    )
    for wrong, said in ((lambda: modes(column(1), column(1, 2), 1.0), "a gain and a variance for each mode"),
                        (lambda: modes(column(1), column(-1), 1.0), "variances >= 0"),
                        (lambda: modes(column(1), column(1), 0.0), "noise with sigma > 0"),
                        (lambda: modes(column(0), column(1), 1.0), "a signal that reaches the data"),
                        (lambda: modes(column(1), column(0), 1.0), "a signal that reaches the data"),
                        (lambda: of_matrix(torch.eye(2), torch.eye(3), 1.0), "a matrix .m, n. and a covariance"),
                        (lambda: of_operator(Identity((1, 4)), torch.ones(1, 3), 1.0),
                         "a variance for each of")):  # fmt: skip
        with pytest.raises(Refusal, match=said):
            wrong()
    assert log_det(torch.diag(column(2, 3))[None]).tolist() == pytest.approx([math.log(6)]) and log_det(
        column(5)[None, None]
    ).item() == pytest.approx(math.log(5))


def test_the_bottleneck_of_one_mode_is_its_curve_and_of_two_begins_with_the_clearer():
    """I(x;T) of I(y;T) = r bits: -log2(2^-2r + lambda (1 - 2^-2r)) / 2, 1 - lambda = snr / (1 + snr)."""
    one, r = Bottleneck(column(3)), column(0, 0.5, 1, 4)
    share = 2 ** (-2 * r)
    expected = -(share + (1 - share) / 4).log2() / 2
    torch.testing.assert_close(one.best(r), expected)
    assert float(one.best(column(40))) == pytest.approx(1), "the ceiling, log2(1 + 3) / 2"
    torch.testing.assert_close(one.gap(column(0, 0, 0, 0), r), expected)
    both = Bottleneck(column(0.5, 3, 0))
    torch.testing.assert_close(both.best(r[:2]), expected[:2])
    assert float(both.best(column(4))) > float(expected[3])
    i_x, i_y = both.point(4.0)
    assert float(both.best(column(i_y))) == pytest.approx(i_x) and i_y > 0
    assert both.point(1.2) == (0, 0) and both.point(2.0) == one.point(2.0)
    slope = float(both.best(column(i_y + 1e-4)) - both.best(column(i_y - 1e-4))) / 2e-4
    assert slope == pytest.approx(1 / 4, rel=1e-3)
    assert Bottleneck(column(0, 0)).best(r).tolist() == [0] * 4


FILTERED = modes(column(2, 1, 0), column(1, 1, 1), 1.0)


@table(
    ("filter_", "shares"),
    [
        (filters.TikhonovFilter(1.0), [[0.8, 0.5, 0]]),
        (filters.TikhonovFilter(0.0), [[1, 1, 0]]),
        (filters.TruncatedSVD(1), [[1, 0, 0]]),
        (filters.TruncatedSVD(0), [[0, 0, 0]]),
        (filters.NuclearBiasFilter(2.0), [[1, 0.5, 0]]),
        (filters.NuclearBiasFilter(4.0), [[1, 0.25, 0]]),
        (filters.SpectralBiasFilter(0.1), [[0.9, 0.9, 0]]),
        (filters.LandweberFilter(0.1), [[0, 0, 0], [0.4, 0.1, 0], [0.64, 0.19, 0]]),
        (filters.LandweberFilter(), [[0, 0, 0], [1, 0.25, 0], [1, 0.4375, 0]]),
        (filters.HeavyBallFilter(0.5, 0.1), [[0, 0, 0], [0.4, 0.1, 0], [0.84, 0.24, 0]]),
        (filters.ChebyshevFilter(0.5), [[0, 0, 0], [4 / 3, 1 / 3, 0], [16 / 17, 10 / 17, 0]]),
        (filters.SelfDistillation(1.0), [[0.8, 0.5, 0], [0.64, 0.25, 0], [0.512, 0.125, 0]]),
        (filters.SelfDistillation(1.0, 0.5), [[0.8, 0.5, 0], [0.72, 0.375, 0]]),
        (filters.WienerFilter(), [[0.8, 0.5, 0]]),
        (filters.OwnReconstructions(), [[0.8, 0.5, 0], [0.8 * 4 / (0.8 * 4 + 1), 0.5 / 1.5, 0]]),
        (filters.OwnReconstructions(1.0), [[0.8, 0.5, 0], [0.8 * 4 / (0.8 * 4 + 1), 0.5 / 1.5, 0]]),
        (filters.ZeroFilling(0.5), [[4 / (5 + 8 / 3), 1 / (2 + 8 / 3), 0]]),
        (filters.ZeroFilling(1.0), [[0.8, 0.5, 0]]),
    ],
)
def test_filters_leave_the_share_of_each_mode_that_their_formula_says(filter_, shares):
    """Of singular values 2, 1 and 0, variances 1 and noise 1: what a mode is multiplied by, R_k s."""
    found = torch.stack(list(filter_.matrices(FILTERED, len(shares) - 1)))[..., 0, 0] * FILTERED.gains[:, 0]
    np.testing.assert_allclose(found, np.array(shares), atol=1e-12)


def test_conjugate_gradients_end_after_as_many_steps_as_modes_and_diverging_steps_are_refused():
    last = list(filters.FrozenConjugateGradients().matrices(FILTERED, 4))
    shares = torch.stack(last)[..., 0, 0] * FILTERED.gains[:, 0]
    np.testing.assert_allclose(shares[0], 0, atol=1e-12)
    np.testing.assert_allclose(shares[2:], np.array([[1.0, 1, 0]] * 3), atol=1e-6)
    for wrong in (filters.LandweberFilter(0.5), filters.HeavyBallFilter(0.5, 0.75)):
        with pytest.raises(Refusal, match="a step below"):
            list(wrong.matrices(FILTERED, 1))
    assert len(list(filters.LandweberFilter(0.49).matrices(FILTERED, 3))) == 4
    assert len(list(filters.HeavyBallFilter(0.5, 0.74).matrices(FILTERED, 3))) == 4


def test_a_point_of_the_plane_is_what_a_reading_with_noise_knows():
    """R = 1/2 of gain 2, variance 3, noise 2, tau 1: signal 3, noise 1, and the reader's 1."""
    channel = modes(column(2), column(3), 2.0)
    halved = SimpleNamespace(
        matrices=lambda channel, steps: iter([torch.full((1, 1, 1), 0.5).double()] * 17), caveat="so"
    )
    found = path(channel, halved, resolution=FixedTau(1.0))
    assert len(found.i_x) == 17 and found.caveat == "so" and found.rule == "tau = 1"
    assert (float(found.i_y[0]), float(found.memorised[0]), float(found.i_x[0])) == pytest.approx(
        (math.log2(5) / 2, 0.5, (math.log2(5) - 1) / 2)
    )
    assert float(found.mean_square_error[3]) == pytest.approx(1) and found.ceiling == pytest.approx(1)
    assert found.gap == pytest.approx(float(channel.bottleneck().best(found.i_y[:1])[0] - found.i_x[0]))
    relative = path(channel, halved, resolution=RelativeTau(0.5))
    assert float(relative.tau[0]) == pytest.approx(0.5 * 2) and relative.rule == "tau = 0.5 rms(T)"
    nothing = SimpleNamespace(matrices=lambda channel, steps: iter([torch.zeros(1, 1, 1).double()]), caveat="")
    silent = path(channel, nothing, resolution=RelativeTau(0.5))
    assert (float(silent.i_x[0]), float(silent.i_y[0]), float(silent.memorised[0])) == (0, 0, 0)
    assert float(silent.mean_square_error[0]) == 3 and silent.best == 0


def test_information_is_half_the_area_under_the_error():
    """One mode of variance c: mmse c / (1 + g c), and ln(1 + g c) / 2."""
    g = torch.logspace(-6, 3, 4001, dtype=torch.float64)
    torch.testing.assert_close(immse.information(g, 2 / (1 + 2 * g)), (1 + 2 * g).log() / 2, rtol=1e-4, atol=1e-6)
    assert immse.information(column(1, 2), column(4, 2)).tolist() == pytest.approx([2, 2 + 2 * LN2])
    for snr, errors in (
        (column(1), column(1)),
        (column(2, 1), column(1, 1)),
        (column(0, 1), column(1, 1)),
        (column(1, 2), column(1)),
    ):
        with pytest.raises(Refusal, match="two or more ascending g > 0"):
            immse.information(snr, errors)
    assert immse.linear_errors(column(1, 3), column(1, 2)).tolist() == pytest.approx([0.5 + 0.75, 1 / 1.25 + 3 / 1.75])
    signals = torch.ones(4000, 1, 2, dtype=torch.float64)
    found = immse.errors(lambda y, sigma: y / (1 + sigma), signals, column(0.5, 1.0))
    assert found.tolist() == pytest.approx([2 * (1 / 3) ** 2 + 2 * (0.5 / 1.5) ** 2, 2 * 0.25 + 2 * 0.25], rel=0.05)


def test_a_denoiser_has_its_own_information_and_the_best_linear_one_that_of_the_ensemble():
    ensemble = GaussianRandomField(0.0)  # white, of variance 1: x / (1 + sigma^2) is best
    *_, last = denoised(Tikhonov(1.0), ensemble, (1, 4))
    assert (len(last.sigma), last.samples, last.most, last.exact, last.prior) == (18, 4, INF, True, "Tikhonov")
    np.testing.assert_allclose(last.linear, last.sigma**2 / (1 + last.sigma**2))
    np.testing.assert_allclose(last.error, last.linear, rtol=0.15)
    for bits, error in ((last.bits, last.error), (last.linear_bits, last.linear)):
        g = torch.from_numpy(last.sigma**-2.0)
        np.testing.assert_allclose(bits, immse.information(g, 4 * torch.from_numpy(error)) / LN2)
    known = 2 * np.log2(1 + last.sigma**-2.0)
    assert last.linear_bits[-1] == pytest.approx(known[-1], rel=0.02)
    first, *_ = denoised(Tikhonov(), Codebook(4), (1, 4))
    assert (len(first.sigma), first.most, first.exact) == (2, 2, False)
    with pytest.raises(Refusal, match="a prior with a denoiser"):
        next(denoised(SmoothedTotalVariation(), ensemble, (1, 4)))


def test_a_path_says_its_least_error_and_a_denoiser_its_worst_level():
    track = Track(
        "CG", np.array([0, 3, 9]), *(np.zeros(3),) * 3, np.array([1.0, 0.25, 0.5]), np.zeros(3), 0.125, "Frozen."
    )
    assert track.best == 1 and track.sentence == (
        "CG: least mean square error 0.25 at k = 3, where it is 0.125 bits below the bottleneck curve. Frozen."
    )
    two = np.array([2.0, 0.5])
    told = Denoised("TV", 4, two, np.array([0.3, 0.8]), two, np.array([0.1, 0.4]), two, INF, True, False).sentence
    assert told.startswith(
        "TV's denoiser (MAP estimate, no posterior mean) leaves up to 3 times the error of the best there is for "
        "normal signals, at sigma = 2, and at best 2 times."
    )


def test_the_calibration_has_pairs_that_share_as_much_as_was_read():
    points = (PlanePoint(0, 0.0, 0.0, NAN, 1.0, 0.1), PlanePoint(2, 3.0, 4.0, NAN, 0.5, 0.1))
    made = matched(SampledPath(PlaneSampling(estimator=PCA(dimensions=3)), "", points=points), 64)
    assert made.dimensions == 3 and made.truth() == pytest.approx(3 * LN2, rel=1e-4)
    assert matched(SampledPath(PlaneSampling(estimator=KSG()), "", points=points), 64).dimensions == 64
    assert matched(SampledPath(PlaneSampling(), "", points=points[:1]), 2).truth() == pytest.approx(0.1, rel=1e-3)
    reading = CalibrationReading(BivariateNormal(), 9, 3.0, 2.75)
    assert reading.sentence == "this reads 2.75 where the truth is 3.00" and reading.error == -0.25
    assert reading.row == ("BivariateNormal()", 3.0, 2.75)
    refused = CalibrationReading(BivariateNormal(), 9, 3.0, None, "too few")
    assert refused.sentence == "this reads nothing where the truth is 3.00: too few" and refused.error is None
    assert ClosedForm().process("cosine") == GaussianRandomField(2.0, 4.0, "cosine")


def test_fields_have_the_spectrum_that_is_said_in_every_basis():
    """(1 + (f / corner)^2)^(-exponent / 2), f in periods across the signal."""
    periodic = GaussianRandomField(2.0, 1.0)
    assert periodic.spectrum((1, 4))[0].tolist() == pytest.approx([1, 1 / 2, 1 / 5, 1 / 2])
    assert GaussianRandomField(2.0, 1.0, "cosine").spectrum((1, 4))[0].tolist() == pytest.approx(
        [1, 1 / 1.25, 1 / 2, 1 / 3.25]
    )
    assert GaussianRandomField(1.0, 2.0, "pixels").spectrum((1, 3))[0].tolist() == pytest.approx(
        [1, 1.25**-0.5, 2**-0.5]
    )
    assert float(periodic.spectrum((2, 4, 4))[1, 1, 2]) == pytest.approx(1 / 6)
    for basis in ("fourier", "cosine", "pixels"):
        drawn = GaussianRandomField(2.0, 1.0, basis).sample(20_000, (1, 4)).signals
        assert float(drawn.square().sum(2).mean()) == pytest.approx(
            float(GaussianRandomField(2.0, 1.0, basis).spectrum((1, 4)).sum()), rel=0.03
        )
    book = Codebook(4).sample(50, (1, 4), 1)
    assert (
        len(torch.unique(book.signals, dim=0)) == 4
        and book.known is book.words
        and Drawn(book.signals).known is book.signals
    )
    assert bool((book.signals[book.words == 2] == book.signals[book.words == 2][0]).all())
    for wrong, said in (
        (lambda: Codebook(4).sample(3, (1, 4)), "as many samples as there are signals"),
        (lambda: periodic.sample(1, (1, 4)), "two signals or more"),
    ):
        with pytest.raises(Refusal, match=said):
            wrong()


def test_a_sampled_path_reads_every_few_iterations_and_at_the_end():
    like = Problem(Identity((1, 2)), Gaussian(0.5), Tikhonov(1.0), torch.zeros(1, 1, 2))
    from workbench.algorithms import GradientDescent

    sampling = PlaneSampling(GaussianRandomField(0.0), GaussianClosedForm(), FixedTau(0.1), 400, 5, 2)
    found = list(sampled_plane(like, GradientDescent(0.1), sampling))
    assert [p.k for p in found] == list(range(6)) and [p.k for p in found[-1].points] == [0, 2, 4, 5]
    first, *_, last = found[-1].points
    assert first.mean_square_error == pytest.approx(1, rel=0.1) and math.isnan(last.i_label) and last.tau == 0.1
    share = 1 - 0.5**5  # x_k = share y 4 / 5: the step is half of 1 / 5
    signal, noise = (share * 0.8) ** 2, (share * 0.8 * 0.5) ** 2
    assert last.i_x == pytest.approx(math.log2(1 + signal / (noise + 0.01)), rel=0.1)
    assert last.i_y == pytest.approx(math.log2(1 + (signal + noise) / 0.01), rel=0.1)
    made = found[-1].dataset()
    assert made["i_x"].values[-1] == last.i_x and made.attrs["units"] == "bits" and made.attrs["count"] == 400
    resting = PlaneSampling(GaussianRandomField(0.0), GaussianClosedForm(), RelativeTau(0.1), 400, 1, 1)
    begun = next(iter(sampled_plane(like, GradientDescent(0.1), resting)))
    assert (begun.points[0].i_x, begun.points[0].i_y, begun.points[0].tau) == (0, 0, 0)
