"""Ensembles of signals, and the sampled plane beside the closed form."""

import math

import pytest
import torch

from workbench import algorithms, catalog, noise, operators, priors
from workbench.analysis.information import KSG, PCA, GaussianClosedForm, sampled_plane
from workbench.analysis.information.channel import of_operator
from workbench.analysis.information.filters import Filter, HeavyBallFilter, LandweberFilter
from workbench.analysis.information.plane import FixedTau, Path, RelativeTau, Resolution, path
from workbench.analysis.information.sampled import PlaneSampling
from workbench.data import Shipped
from workbench.ensembles import Codebook, Digits, Ensemble, GaussianRandomField, Patches
from workbench.parameters import describe, rebuild
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import Shape

N, SIGMA = 4000, 0.1
SHAPES = {"GaussianRandomField": (2, 6, 5), "Codebook": (1, 12), "Patches": (1, 7, 9), "Digits": (1, 8, 8)}


BLUR = operators.GaussianBlur((1, 8), 1.0)


def exact(process: GaussianRandomField, same: Filter, steps: int, rule: Resolution) -> Path:
    return path(of_operator(BLUR, process.spectrum((1, 8)), SIGMA), same, steps, rule)


def posed(shape: Shape = (1, 8)) -> Problem:
    empty = torch.zeros(1, *shape, dtype=torch.float64)
    return Problem(operators.GaussianBlur(shape, 1.0), noise.Gaussian(SIGMA), priors.Zero(), empty)


def test_the_catalogue_knows_them():
    assert set(catalog.members("ensemble")) == set(SHAPES)


@pytest.mark.parametrize("cls", catalog.members("ensemble").values(), ids=lambda cls: cls.__name__)
def test_an_ensemble_is_its_description_and_repeats(cls):
    made: Ensemble = cls()
    assert rebuild(describe(made)) == made
    shape = SHAPES[cls.__name__]
    one, same, other = (made.sample(50, shape, seed) for seed in (3, 3, 4))
    assert one.signals.shape == (50, *shape) and one.signals.dtype == torch.float64
    assert torch.equal(one.signals, same.signals) and not torch.equal(one.signals, other.signals)


@pytest.mark.parametrize("basis", ["fourier", "cosine", "pixels"])
def test_a_process_has_the_variances_that_it_says(basis):
    """The covariance of the sample against that of the modes, written as a matrix."""
    made, n = GaussianRandomField(3.0, 1.5, basis), 6
    x = made.sample(40_000, (1, n)).signals[:, 0]
    i = torch.arange(n, dtype=torch.float64)
    matrices = {
        "fourier": torch.exp(-2j * math.pi * i[:, None] * i / n) / math.sqrt(n),
        "cosine": torch.cos(math.pi * i[:, None] * (2 * i + 1) / (2 * n)) * math.sqrt(2 / n),
        "pixels": torch.eye(n, dtype=torch.float64),
    }
    modes = matrices[basis]
    if basis == "cosine":
        modes[0] /= math.sqrt(2)
    wanted = (modes.conj().T * made.spectrum((1, n))[0].to(modes) @ modes).real
    torch.testing.assert_close(x.T @ x / len(x), wanted, rtol=0, atol=4 / math.sqrt(len(x)))


def test_the_spectrum_of_the_references():
    f = torch.minimum(torch.arange(64), 64 - torch.arange(64)).double()
    torch.testing.assert_close(GaussianRandomField().spectrum((1, 64))[0], 1 / (1 + (f / 4) ** 2))


def test_patches_are_cut_from_the_picture_and_differ():
    whole = Shipped("camera", 32).tensor()[0, 0].double()
    found = Patches(Shipped("camera", 32)).sample(400, (1, 5, 6)).signals[:, 0]
    windows = whole.unfold(0, 5, 1).unfold(1, 6, 1).reshape(-1, 30)
    assert bool((found.reshape(-1, 1, 30) == windows).all(2).any(1).all())
    with pytest.raises(Refusal, match="757 different patches"):
        Patches(Shipped("camera", 32)).sample(28 * 27 + 1, (1, 5, 6))
    with pytest.raises(Refusal, match="a smaller side"):
        Patches(Shipped("camera", 32)).sample(2, (1, 64, 64))


def test_digits_have_labels_and_end():
    drawn = Digits().sample(1797, (1, 16, 16))
    assert drawn.labels is not None and sorted(set(drawn.labels.tolist())) == list(range(10))
    with pytest.raises(Refusal, match="the 1797 that there are"):
        Digits().sample(1798, (1, 8, 8))
    with pytest.raises(Refusal, match="2 axes for digits"):
        Digits().sample(5, (1, 8))


def test_a_codebook_is_finite_and_says_at_most_its_size():
    drawn = Codebook(4).sample(N, (1, 8))
    assert drawn.words is not None and len(torch.unique(drawn.signals, dim=0)) == 4
    book = Codebook(4, book=1)  # two signals of book 0 are so near that a twentieth of them is mistaken
    *_, found = sampled_plane(posed(), algorithms.GradientDescent(), PlaneSampling(book, PCA(KSG(), 3), steps=10))
    assert found.points[-1].i_x == pytest.approx(2, abs=0.05)  # data of so little noise name the word
    with pytest.raises(Refusal, match="3 for 4"):
        Codebook(4).sample(3, (1, 8))


PAIRS = [
    (algorithms.GradientDescent(), LandweberFilter()),
    (algorithms.HeavyBall(0.5 * SIGMA**2, 0.6, safe=False), HeavyBallFilter(0.6, 0.5)),
]


@pytest.mark.parametrize("rule", [FixedTau(0.05), RelativeTau(0.1)], ids=lambda r: type(r).__name__)
@pytest.mark.parametrize(("algorithm", "same"), PAIRS, ids=["Landweber", "HeavyBall"])
def test_the_sampled_twin_agrees_with_the_closed_form(algorithm, same, rule):
    """n = 8 modes: normal closed form has no bias, and a scatter of at most sqrt(8 / N) nats."""
    process, like = GaussianRandomField(corner=2.0), posed()
    known = exact(process, same, 20, rule)
    sampling = PlaneSampling(process, GaussianClosedForm(), rule, count=N, steps=20, every=5)
    *_, found = sampled_plane(like, algorithm, sampling)
    assert [p.k for p in found.points] == [0, 5, 10, 15, 20]
    scatter = math.sqrt(8 / N) / math.log(2)
    for point in found.points:
        wanted = known.i_x[point.k], known.i_y[point.k]
        assert (point.i_x, point.i_y) == pytest.approx([float(w) for w in wanted], abs=3.5 * scatter)
        assert point.mean_square_error == pytest.approx(float(known.mean_square_error[point.k]), rel=0.05)
        assert point.tau == pytest.approx(float(known.tau[point.k]), rel=0.02)


def test_neighbours_agree_where_they_are_within_their_means():
    """KSG reads within 5 % up to 3 nats: here one mode carries nearly everything."""
    process, rule = GaussianRandomField(exponent=4, corner=0.1), FixedTau(0.3)
    known = exact(process, LandweberFilter(), 4, rule)
    sampling = PlaneSampling(process, PCA(KSG(), 1), rule, count=N, steps=4, every=4)
    *_, found = sampled_plane(posed(), algorithms.GradientDescent(), sampling)
    assert found.points[-1].i_x == pytest.approx(float(known.i_x[4]), rel=0.05)


def test_a_real_reconstruction_with_classes_as_a_dataset():
    shape = (1, 8, 8)
    like = Problem(
        operators.GaussianBlur(shape, 1.0), noise.Gaussian(0.05), priors.TotalVariation(), torch.zeros(1, *shape)
    )
    sampling = PlaneSampling(Digits(), PCA(KSG(), 2), count=400, steps=12, every=6, seed=5)
    found = list(sampled_plane(like, algorithms.PDHG(), sampling))
    assert [f.k for f in found] == list(range(13)) and len(found[-1].points) == 3
    table = found[-1].dataset()
    assert table.k.values.tolist() == [0, 6, 12]
    assert 0.5 < float(table.i_label[-1]) < math.log2(10) and abs(float(table.i_label[0])) < 0.2
    assert float(table.mean_square_error[-1]) < float(table.mean_square_error[0])
    assert table.attrs["seed"] == 5 and "PCA" in table.attrs["estimator"] and "Digits" in table.attrs["ensemble"]
    assert "TotalVariation" in table.attrs["spec"] and '"dimensions": 2' in table.attrs["sampling"]


def test_classes_that_an_estimator_cannot_read_are_said():
    sampling = PlaneSampling(Digits(), PCA(GaussianClosedForm(), 2), count=100, steps=1)
    *_, found = sampled_plane(posed((1, 8, 8)), algorithms.GradientDescent(), sampling)
    assert math.isnan(found.points[-1].i_label) and "Exact" in found.note and math.isfinite(found.points[-1].i_x)


def test_an_ensemble_too_small_for_the_estimator_is_refused():
    few = PlaneSampling(GaussianRandomField(), GaussianClosedForm(), count=12, steps=2)
    with pytest.raises(Refusal, match="take a larger ensemble"):
        list(sampled_plane(posed(), algorithms.GradientDescent(), few))
    with pytest.raises(Refusal, match="two signals or more"):
        GaussianRandomField().sample(1, (1, 8))
