"""Estimators of continuous, mixed and discrete pairs against tasks of known information."""

import math

import pytest
import torch

from workbench import catalog, networks
from workbench.analysis.information import (
    KSG,
    MINE,
    PCA,
    AdaptiveBins,
    AutoEncoder,
    Bins,
    Estimator,
    Exact,
    GaussianClosedForm,
    InfoNCE,
    KDELower,
    KDEUpper,
    KozachenkoLeonenko,
    LayerEstimator,
    Noisy,
    Ranked,
    Sliced,
    WeightedKozachenkoLeonenko,
    calibrate,
)
from workbench.analysis.information.tasks import (
    TASKS,
    AdditiveUniform,
    BivariateNormal,
    DenseNormal,
    RenderedImages,
    Student,
    UniformMixture,
)
from workbench.parameters import as_code, describe, rebuild
from workbench.refusal import Refusal

ESTIMATORS = [cls() for cls in catalog.members("estimator").values()]
NEIGHBOURS = [KSG(), KozachenkoLeonenko(), WeightedKozachenkoLeonenko()]
NORMAL = BivariateNormal()


def normals(nats: float, dimensions: int) -> BivariateNormal:
    return BivariateNormal(math.sqrt(1 - math.exp(-2 * nats / dimensions)), dimensions)


def name(obj: object) -> str:
    return type(obj).__name__


@pytest.mark.parametrize(
    ("task", "truth"),
    [
        (BivariateNormal(0.75), 0.413339),
        (DenseNormal(2), 0.293893),
        (DenseNormal(3), 0.413339),
        (DenseNormal(5), 0.592812),
        (AdditiveUniform(0.75), 0.333333),
        (AdditiveUniform(0.1), 1.709438),
        (Student(1, 1), 0.224171),
        (UniformMixture(5), 1.054920),
        (RenderedImages(1.5), 1.5),
    ],
    ids=lambda task: as_code(task) if not isinstance(task, float) else "",
)
def test_the_truths(task, truth):
    assert task.truth() == pytest.approx(truth, abs=1e-6)
    (u, v), (again, _), (other, _) = task.sample(50, 1), task.sample(50, 1), task.sample(50, 2)
    assert u.shape == v.shape and torch.equal(u, again) and not torch.equal(u, other)


@pytest.mark.parametrize("estimator", NEIGHBOURS, ids=name)
@pytest.mark.parametrize("task", [normals(i, d) for d in (1, 2, 3) for i in (1.5, 3.0)], ids=as_code)
def test_neighbours_are_within_five_per_cent_up_to_three_nats(estimator, task):
    assert estimator(*task.sample(10_000)) == pytest.approx(task.truth(), rel=0.05)


@pytest.mark.parametrize("estimator", NEIGHBOURS, ids=name)
@pytest.mark.parametrize("task", [AdditiveUniform(0.1), DenseNormal(2), UniformMixture(5)], ids=as_code)
def test_neighbours_off_the_normal(estimator, task):
    assert estimator(*task.sample(4000)) == pytest.approx(task.truth(), abs=0.05)


def test_long_tails_need_ranks_and_ranks_lose_nothing():
    u, v = Student().sample(4000)
    assert Ranked()(u, v) == pytest.approx(Student().truth(), abs=0.04)
    assert Ranked()(u**3, v.exp().clamp_max(1e300)) == Ranked()(u, v)


@pytest.mark.parametrize("estimator", [KSG(), Ranked(), GaussianClosedForm()], ids=name)
def test_independent_sides_read_nothing(estimator):
    (u, _), (_, v) = NORMAL.sample(4000, 0), NORMAL.sample(4000, 1)
    assert estimator(u, v) == pytest.approx(0, abs=0.04)


@pytest.mark.parametrize("estimator", NEIGHBOURS, ids=name)
def test_units_change_nothing_and_mixtures_of_coordinates_little(estimator):
    u, v = normals(1, 3).sample(1000)
    known = estimator(u, v)
    assert estimator(u + 7, 1e6 * v) == pytest.approx(known, abs=1e-6)
    mixed = u @ torch.tensor([[1.0, 2, 0], [0, 1, 500], [3, 0, 1]]).double()
    assert estimator(mixed, v) == pytest.approx(known, abs=0.1)


@pytest.mark.parametrize("far", [1e6, 1e12])
@pytest.mark.parametrize("estimator", NEIGHBOURS, ids=name)
def test_one_far_sample_does_not_hide_the_others(estimator, far):
    """It set the scale beside which all others were equal: 0.000 nats of 0.51."""
    u, v = BivariateNormal(0.8).sample(1500, 0)
    before = estimator(u, v)
    u[3] = far
    assert estimator(u, v) == pytest.approx(before, abs=0.03) and before == pytest.approx(0.51, abs=0.07)


def test_units_may_be_of_any_size():
    u, v = BivariateNormal(0.8).sample(1500, 0)
    assert KSG()(1e200 * u, 1e-300 * v) == pytest.approx(KSG()(u, v))


@pytest.mark.parametrize("estimator", [*NEIGHBOURS, Ranked(), PCA(KSG()), Noisy(), InfoNCE()], ids=name)
def test_samples_that_are_kept_twice_are_refused(estimator):
    """KSG read 1.25 nats of 0.51: a copy is near on both sides. In coarse numbers there are copies, too."""
    u, v = BivariateNormal(0.8).sample(1000, 0)
    again = torch.randint(1000, (1000,), generator=torch.Generator().manual_seed(0))
    for picked in (torch.arange(1000).repeat(2), again):
        with pytest.raises(Refusal, match=r"\d+ of \d+ that are copies of another"):
            estimator(u[picked], v[picked])
    if isinstance(estimator, InfoNCE):
        return  # of 1000 it has too few, and asks for copies first
    assert estimator(u.bfloat16(), v.bfloat16()) == pytest.approx(0.51, abs=0.12)
    assert Ranked()((u * 10).round() / 10, (v * 10).round() / 10) == pytest.approx(0.51, abs=0.08)


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("estimator", [KSG(), KozachenkoLeonenko()], ids=name)
def test_samples_that_are_kept_twice_beside_symbols_are_refused(estimator, axes):
    """KSG read 0.43 to 0.63 nats of 0.34 (by quadrature). Rounded numbers repeat, too, and are read as they were."""
    rng = torch.Generator().manual_seed(0)
    labels = torch.randint(2, (2000,), generator=rng)
    x = torch.randn(2000, axes, generator=rng, dtype=torch.float64)
    x[:, 0] += 2 * labels
    again = torch.randint(2000, (2000,), generator=rng)
    for picked in (torch.arange(1000).repeat(2), torch.arange(400).repeat(5), again):
        for values in (x, x.float(), x.tanh()):
            with pytest.raises(Refusal, match="copies of another"):
                estimator(labels[picked], values[picked])
    for values in (x, x.half(), x.bfloat16(), (100 * x).round() / 100, (100 * x).float().round() / 100):
        assert estimator(labels, values) == pytest.approx(0.337, abs=0.06)


def test_what_n_samples_can_show_is_bounded():
    """An all but deterministic pair: the truth is 6.6 nats, the reading stays below log2 N."""
    for n in (50, 400):
        pair = BivariateNormal(0.999999).sample(n)
        for estimator in (Bins(2000, -5, 5), AdaptiveBins(), KDEUpper(1e-9), KSG()):
            assert estimator(*pair) / math.log(2) <= estimator.ceiling(n) + 1e-9 <= math.log2(n) + 1e-9
        assert KSG()(*pair) / math.log(2) > 0.8 * KSG().ceiling(n)


def test_weights_cancel_the_leading_biases():
    for axes in (1, 3, 4, 10, 20):
        w, j = WeightedKozachenkoLeonenko(20).weights(axes), torch.arange(1, 21).double()
        assert float(w.sum()) == pytest.approx(1, abs=1e-9)
        for order in range(1, axes // 4 + 1):
            terms = w * (torch.lgamma(j + 2 * order / axes) - torch.lgamma(j)).exp()
            assert float(terms.sum()) == pytest.approx(0, abs=1e-7)
    plain, weighted = (e(*DenseNormal(5).sample(4000)) for e in NEIGHBOURS[1:])
    assert abs(weighted - DenseNormal(5).truth()) < abs(plain - DenseNormal(5).truth())


def test_the_entropy_of_a_normal_density():
    x = 3 * torch.randn(4000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    known = math.log(2 * math.pi * math.e * 9)
    for estimator in NEIGHBOURS[1:]:
        assert estimator.entropy(x) == pytest.approx(known, abs=0.06)


def test_gaussian_closed_form():
    task = DenseNormal(5)
    assert GaussianClosedForm()(*task.sample(20_000)) == pytest.approx(task.truth(), abs=0.02)
    few = [GaussianClosedForm()(*task.sample(40, s)) for s in range(300)]
    raw = [GaussianClosedForm(unbiased=False)(*task.sample(40, s)) for s in range(300)]
    assert sum(few) / 300 == pytest.approx(task.truth(), abs=0.04) and sum(raw) / 300 > task.truth() + 0.2
    assert GaussianClosedForm().ceiling(10) == math.inf


@pytest.mark.parametrize("estimator", [Bins(30, 0, 6), AdaptiveBins(), KDEUpper(), KDELower(), KSG()], ids=name)
def test_a_symbol_and_a_number_in_either_order(estimator):
    u, v = UniformMixture().sample(3000)
    assert estimator(u, v) == pytest.approx(UniformMixture().truth(), abs=0.08)
    assert estimator(v, u) == pytest.approx(estimator(u, v), abs=1e-9)


@pytest.mark.parametrize("estimator", [Bins(), KDEUpper(), Exact()], ids=name)
def test_two_symbols_are_counted(estimator):
    u = torch.arange(1000) % 8
    assert estimator(u, u // 2) == pytest.approx(math.log(4), abs=1e-9)
    assert estimator(torch.stack([u % 2, u // 2], 1), u) == pytest.approx(math.log(8), abs=1e-9)


def test_symbols_of_many_columns_do_not_overflow():
    u = torch.randint(-(10**9), 10**9, (300, 12), generator=torch.Generator().manual_seed(0))
    assert Exact()(u, torch.arange(300)) == pytest.approx(math.log(300), abs=1e-9)


@pytest.mark.parametrize("estimator", [InfoNCE(250), MINE(300)], ids=name)
def test_critics_bound_from_below_and_repeat_by_seed(estimator):
    u, v = NORMAL.sample(4000)
    found = estimator(u, v)
    assert 0.3 < found < NORMAL.truth() + 0.05
    assert estimator(u, v) == found
    mixed = estimator(*UniformMixture().sample(4000))
    assert 0.8 < mixed < UniformMixture().truth() + 0.05


def test_a_critic_that_diverged_is_no_reading(monkeypatch):
    monkeypatch.setattr(InfoNCE, "read", lambda *_: math.nan)
    with pytest.raises(Refusal, match="training converges"):
        InfoNCE(1, 32)(*NORMAL.sample(200))


def test_infonce_stays_below_the_logarithm_of_its_batch():
    found = InfoNCE(200, 32)(*BivariateNormal(0.9999).sample(2000))
    assert 2 < found < math.log(32) and InfoNCE(batch=32).ceiling(2000) == 5


def test_compression_makes_pictures_readable():
    u, v = RenderedImages(1.0).sample(3000)
    with pytest.raises(Refusal, match="compress them first, with PCA"):
        KSG()(u, v)
    for front in (PCA(), AutoEncoder(steps=400)):
        assert 0.7 < front(u, v) < 1.05
    assert PCA(dimensions=1)(u, v) < PCA()(u, v)
    narrow = NORMAL.sample(500)
    assert PCA()(*narrow) == AutoEncoder()(*narrow) == KSG()(*narrow)


def test_units_that_are_dead_leave_no_layer_out():
    """Components are kept as far as there are any: one live unit beside two dead ones, or a sum of it."""
    u, v = NORMAL.sample(1000)
    for side in (torch.cat([v, 0 * v, 0 * v], 1), v @ torch.tensor([[1.0, 2.0, -1.0, 0.5]]).double()):
        assert PCA()(u, side) == pytest.approx(KSG()(u, v), abs=1e-6)


def test_noise_makes_a_function_finite():
    """v = u + ratio rms w is a channel of known capacity, also where the sample came from the same seed."""
    u, _ = NORMAL.sample(4000)
    assert Noisy(KSG(), 0.1)(u, u) == pytest.approx(math.log(101) / 2, abs=0.06)
    assert Noisy(KSG(), 0.1)(u, u) < Noisy(KSG(), 0.01)(u, u)


def test_slices_are_below_the_whole_and_equal_in_one_dimension():
    task = normals(2, 3)
    u, v = task.sample(2000)
    rho2 = 1 - math.exp(-4 / 3)
    a, b = torch.nn.functional.normalize(torch.randn(2, 4000, 3, generator=torch.Generator().manual_seed(0)), dim=2)
    known = float(-(1 - rho2 * (a * b).sum(1) ** 2).log().mean()) / 2
    assert Sliced(slices=60)(u, v) == pytest.approx(known, abs=0.07)
    one = NORMAL.sample(1000)
    assert Sliced(slices=3)(*one) == pytest.approx(KSG()(*one), abs=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name)
def test_every_estimator_says_when_not_to_believe_it(estimator: Estimator):
    assert all(isinstance(text, str) and text for text in (estimator.bias, estimator.free, estimator.meaningless))
    assert estimator.ceiling(4096) <= 12 or estimator.ceiling(4096) == math.inf
    assert rebuild(describe(estimator)) == estimator


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name)
def test_every_estimator_refuses_bad_samples(estimator: Estimator):
    good = NORMAL.sample(50)[0]
    with pytest.raises(Refusal, match="finite values in v"):
        estimator(good, torch.full((50, 1), math.nan))
    with pytest.raises(Refusal, match="samples in u that vary"):
        estimator(torch.ones(50), good)
    with pytest.raises(Refusal, match="as many samples of u as of v"):
        estimator(good, good[:20])
    if not isinstance(estimator, LayerEstimator):
        with pytest.raises(Refusal):
            estimator(good[:3], good[3:6])


def test_quantised_values_and_small_classes_are_refused():
    u, v = NORMAL.sample(500)
    for estimator in NEIGHBOURS:
        with pytest.raises(Refusal, match="continuous samples"):
            estimator(u, v.round())
        with pytest.raises(Refusal, match="samples of each symbol"):
            estimator(u, torch.arange(500))
        with pytest.raises(Refusal, match="a continuous side"):
            estimator(torch.arange(500) % 7, torch.arange(500) % 3)
    with pytest.raises(Refusal, match="more than 9 samples"):
        GaussianClosedForm()(torch.randn(8, 4), torch.randn(8, 4))


def rotated(axes: int, n: int, rho: float = 0.5) -> tuple[torch.Tensor, torch.Tensor]:
    u, v = BivariateNormal(rho, axes).sample(n)
    rows = torch.linalg.qr(torch.randn(axes, axes, generator=torch.Generator().manual_seed(1), dtype=torch.float64)).Q
    return u @ rows, v


@pytest.mark.parametrize("axes", [4, 5])
def test_weights_are_right_where_the_leading_biases_matter(axes):
    """I = -axes/2 ln(1 - rho^2); the unweighted estimator is a fifth to a half too low here."""
    truth = BivariateNormal(0.5, axes).truth()
    weighted, plain = (e(*rotated(axes, 4000)) for e in (WeightedKozachenkoLeonenko(), KozachenkoLeonenko()))
    assert weighted == pytest.approx(truth, rel=0.15) and plain < 0.85 * truth


@pytest.mark.parametrize("axes", [8, 10, 12, 16, 32])
@pytest.mark.parametrize("k", [3, 20, 100])
def test_no_weight_blows_up_the_rest(axes, k):
    with pytest.raises(Refusal, match="compress the samples first, with PCA"):
        WeightedKozachenkoLeonenko(k)(*rotated(axes, 400))
    with pytest.raises(Refusal, match="weights of"):
        WeightedKozachenkoLeonenko(k).entropy(rotated(2 * axes, 400)[0])


@pytest.mark.parametrize("estimator", [KozachenkoLeonenko(), PCA(WeightedKozachenkoLeonenko(), 4)], ids=name)
def test_a_reading_far_below_zero_is_refused(estimator):
    """Independent vectors of many dimensions, and pictures, whose places fill a surface of two dimensions in four."""
    (u, _), (_, v) = (task.sample(1000, s) for s, task in enumerate((BivariateNormal(0.5, 16),) * 2))
    if isinstance(estimator, PCA):
        u, v = RenderedImages(0.5).sample(1000)
    with pytest.raises(Refusal, match="never below 0, got a reading of -"):
        estimator(u, v)


@pytest.mark.parametrize("estimator", [*NEIGHBOURS, Ranked(), Sliced(), Noisy(KSG(), 0.0)], ids=name)
@pytest.mark.parametrize("step", [0.0, 1e-3, 1e-4])
def test_a_few_copies_change_nothing_that_is_seen(estimator, step):
    """One value twice, or numbers rounded to a grid of which each place is taken a few times."""
    u, v = NORMAL.sample(800, 3)
    free = estimator(u, v)
    tied = u.clone() if step == 0 else (u / step).round() * step
    tied[1] = tied[0]
    assert estimator(tied, v) == pytest.approx(free, abs=0.05)
    assert estimator(v, tied) == pytest.approx(free, abs=0.05)


@pytest.mark.parametrize("estimator", NEIGHBOURS, ids=name)
def test_coordinates_on_a_grid_beside_free_ones(estimator):
    """Whole steps in one coordinate of each side, which share nothing, leave what the other coordinates share."""
    u, v = NORMAL.sample(3000, 4)
    die = torch.randint(3, (2, 3000, 1), generator=torch.Generator().manual_seed(2)).double()
    assert estimator(torch.cat([u, die[0]], 1), torch.cat([v, die[1]], 1)) == pytest.approx(NORMAL.truth(), abs=0.1)


@pytest.mark.parametrize("estimator", NEIGHBOURS, ids=name)
def test_ties_within_symbols_and_dead_coordinates(estimator):
    u, v = UniformMixture().sample(2000)
    rounded, dead = (v * 2000).round() / 2000, torch.zeros(2000, 3).double()
    assert estimator(u, rounded) == pytest.approx(estimator(u, v), abs=0.03)
    assert estimator(torch.cat([dead, v], 1), u) == estimator(v, u)


def test_ties_in_the_order_of_the_sample_are_no_information():
    """Half of each side is 0, in the order that the sample has: ranks by place would find what is not there."""
    x = torch.randn(2, 4000, generator=torch.Generator().manual_seed(0), dtype=torch.float64).clamp_min(0)
    assert Ranked()(x[0], x[1]) == pytest.approx(0, abs=0.03)


def test_an_entropy_of_ties_is_finite_or_refused():
    x = torch.randn(2000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for estimator in NEIGHBOURS[1:]:
        free = estimator.entropy(x)
        assert estimator.entropy((x * 200).round() / 200) == pytest.approx(free, abs=0.05)
        assert estimator.entropy(torch.cat([x, x[:1]])) == pytest.approx(free, abs=0.02)
        for bad in (x.round(), torch.cat([x, 0 * x], 1), torch.arange(50), x * math.nan):
            with pytest.raises(Refusal):
                estimator.entropy(bad)


@pytest.mark.parametrize("truth", [0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize(("n", "seed"), [(1500, 0), (1800, 1)])
def test_the_reader_of_lossy_compression_reads_pictures(truth, n, seed):
    (found,) = calibrate(networks.reader("digits, lossy compression"), n, seed, (RenderedImages(truth),))
    assert found.reading == pytest.approx(truth, rel=0.15)


def test_calibration_is_a_table_with_a_sentence():
    found = calibrate(GaussianClosedForm(), 2000)
    assert len(found) == len(TASKS)
    for reading in found:
        task, truth, value = reading.row
        assert truth == reading.truth and task.endswith(")")
        if value is None:
            assert reading.sentence.startswith("this reads nothing where") and reading.error is None
        else:
            assert reading.sentence == f"this reads {value:.2f} where the truth is {truth:.2f}"
    assert found[0].error == pytest.approx(0, abs=0.05)
    assert "RenderedImages" in found[-1].row[0] and found[-1].reading is None


@pytest.mark.parametrize("estimator", [KDEUpper(), KDELower()], ids=name)
def test_two_layers_share_what_both_keep_of_the_sample(estimator):
    """Four signals in as many places: a layer that tells two groups apart keeps ln 2, both groupings 2 ln 2."""
    u, v = torch.tensor([[0.0, 0.0], [0, 1], [1, 0], [1, 1]], dtype=torch.float64).mul(1e6).split(1, 1)
    assert estimator.measure(u, u) == pytest.approx(math.log(2), abs=1e-6)
    assert estimator.measure(u, v) == pytest.approx(0, abs=1e-6)
