"""Estimators of information held to loops of a few lines and to what is known in closed form."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch

from tests.analysis.information.tasks.test_tasks_values import normal
from tests.tables import column, rng, table
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
    layer_information,
    quantised,
)
from workbench.analysis.information.estimators import ties
from workbench.analysis.information.estimators.base import (
    Estimator,
    constant,
    discrete,
    entropy,
    per_class,
    rows_of,
    samples,
    symbols,
)
from workbench.analysis.information.estimators.critic import Critic
from workbench.analysis.information.estimators.fronts.front import Front
from workbench.analysis.information.estimators.fronts.pca import components
from workbench.analysis.information.estimators.layer_estimator import LayerEstimator
from workbench.analysis.information.estimators.neighbours import classes, continuous_first, nearest, psi, whitened
from workbench.analysis.information.estimators.nets import Net, draw, standardised
from workbench.refusal import Refusal

LN2, INF, NAN = math.log(2), math.inf, math.nan


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
    with pytest.raises(Refusal, match="as many samples of u as of v, got 3 and 2: "):
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
def test_a_free_parameter_is_halved_and_doubled_within_its_limits(estimator: Estimator, both: list):
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
    counting: LayerEstimator = Exact()
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
    assert counting(column(0, 0, 1, 1), column(0, 1, 0, 1)) == pytest.approx(0) and Exact()(
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
    near = column(0, 1e-15, 1, 2, 3.1, 4.3)[:, None]  # the first two are one number but for rounding
    with pytest.raises(Refusal, match="got 2 of 6 with 1 copies or more: "):
        KozachenkoLeonenko(1).entropy(near)
    assert math.isfinite(KozachenkoLeonenko(2).entropy(near)), "the second neighbour of each is another"
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
    with pytest.raises(Refusal, match="more than 2 samples of each symbol, got one with 2: "):
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
    front: Front = Ranked(GaussianClosedForm())
    u = torch.randn(40, 1, generator=rng(), dtype=torch.float64)
    v = u + torch.randn(40, 1, generator=rng(1), dtype=torch.float64)
    scores = [torch.special.ndtri((x.argsort(0).argsort(0) + 0.5) / 40) for x in (u, v)]
    assert front(u.exp(), v**3) == pytest.approx(GaussianClosedForm()(*scores))
    wide = torch.randn(30, 4, generator=rng(), dtype=torch.float64) * column(1, 5, 2, 0.1)
    kept = components(wide, 2)
    _, _, axes = np.linalg.svd((wide - wide.mean(0)).numpy())
    np.testing.assert_allclose(np.abs(kept), np.abs((wide - wide.mean(0)).numpy() @ axes[:2].T))
    small = components(1e-7 * wide, 2)
    np.testing.assert_allclose(small, 1e-7 * kept, atol=1e-12)  # what varies is told beside the largest
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
    rule: Critic = InfoNCE(batch=8)
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
    with pytest.raises(Refusal, match="1024 samples for batches of 256, got 40: "):
        InfoNCE()(torch.randn(40, generator=rng()), torch.randn(40, generator=rng(1)))


class Reads(InfoNCE):
    """A bound that is read from no network: the number of its seed in quarters."""

    def read(self, score, u, v):
        return (self.seed - 2) / 4 if self.seed < 9 else NAN


def test_a_bound_below_nothing_is_nothing_and_one_that_is_no_number_is_refused():
    u, v = (torch.randn(32, 1, generator=rng(seed), dtype=torch.float64) for seed in (0, 1))
    assert [Reads(steps=1, batch=8, seed=seed)(u, v) for seed in (0, 1, 2, 3, 6)] == [0, 0, 0, 0.25, 1]
    with pytest.raises(Refusal, match="converges, got a bound of nan: "):
        Reads(steps=1, batch=8, seed=9)(u, v)
    with pytest.raises(Refusal, match="32 samples for batches of 8, got 31: "):
        Reads(steps=1, batch=8)(u[1:], v[1:])


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
