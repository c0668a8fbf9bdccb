"""Limits, planes, scales and sizes that the page shows, each beside the number that is right."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.tables import table
from workbench.data import Measured, Shipped
from workbench.experiment import Experiment
from workbench.live import caps, finding, telling
from workbench.live.caps import Caps
from workbench.live.controls.scale import SliderScale, written
from workbench.live.cut import Cut
from workbench.live.frames import back_at, data_picture, pictures
from workbench.live.hands.windows import ColourWindows
from workbench.live.images import alike, balanced, bytes_of, extent, from_nothing, smaller, thinned, unit
from workbench.live.volumes import DATA, ERROR, IMAGE, TRUTH, Volumes
from workbench.noise import Gaussian, Poisson
from workbench.operators import Composition, FourierMask, Identity, Mask, Radon
from workbench.parameters import Range
from workbench.parametrisations import LowRank
from workbench.priors import Sum, Tikhonov, TotalVariation, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.stopping import Change

NAN = float("nan")


@table(
    ("shape", "sent"),
    [((4, 4), (4, 4)), ((5, 4), (2, 2)), ((8, 5), (4, 2)), ((9, 9), (3, 3)), ((1, 9), (1, 9)), ((8, 8, 3), (4, 4, 3))],
)
def test_a_picture_is_averaged_by_the_least_factor_that_makes_it_small_enough(shape, sent):
    image = np.arange(math.prod(shape), dtype=np.float32).reshape(shape)
    small = smaller(image, 4)
    assert small.shape == sent
    factor = -(-max(shape[:2]) // 4)
    if sent != shape:
        assert small[0, 0] == pytest.approx(image[:factor, :factor].mean((0, 1)))
        assert small[-1, -1] == pytest.approx(
            image[(sent[0] - 1) * factor : sent[0] * factor, (sent[1] - 1) * factor : sent[1] * factor].mean((0, 1))
        )


def test_limits_are_those_of_what_is_finite():
    assert extent(np.array([[2.0, NAN], [np.inf, 5.0]])) == (2, 5)
    assert extent(np.array([3.0])) == (2.5, 3.5) and extent(np.array([np.inf])) == (0, 1)
    assert balanced(np.array([-3.0, 2.0, np.inf])) == (-3, 3) and balanced(np.array([NAN])) == (-1, 1)
    assert unit(np.array([0.0, 1.0])) == (0, 1) and unit(np.array([0.0, 1.5])) == (0, 1.5)
    assert from_nothing(np.array([1.0, NAN]), np.array([2.0])) == (0, 2)
    assert from_nothing(np.array([-1.0])) == (0, 1) == from_nothing()
    assert bytes_of(np.array([[2.0, 3.0]]), (2.0, 2.0)).tolist() == [[0, 255]]
    assert bytes_of(np.array([[0.0, 0.5, 1.0, NAN]]), (0.0, 1.0)).tolist() == [[0, 127, 255, 0]]
    assert bytes_of(np.array([[[0.0, 1.0, 0.0]]]), (0.0, 1.0)).tolist() == [[0xFF00FF00]], "alpha, blue, green, red"


def test_columns_are_thinned_from_the_first_entry_to_the_last_and_some_stay():
    ten = {"x": np.arange(10), "y": -np.arange(10)}
    assert thinned(ten, 10) is ten
    assert thinned(ten, 4)["x"].tolist() == [0, 3, 6, 9] and thinned(ten, 4)["y"].tolist() == [0, -3, -6, -9]
    assert thinned(ten, 4, np.array([], int))["x"].tolist() == [0, 3, 6, 9]
    assert thinned(ten, 4, np.array([1, 2]))["x"].tolist() == [0, 1, 2, 3, 6, 9]
    assert len(thinned({"x": np.arange(1001)})["x"]) == 1000 == len(thinned({"x": np.arange(1000)})["x"])


@table(
    ("one", "other", "told"),
    [((20, 10), (40, 20), True), ((20, 10), (20, 10, 3), True), ((104, 100), (100, 100), True),
     ((105, 100), (100, 100), False),
     ((96, 100), (100, 100), True), ((10, 20), (20, 10), False), ((9,), (10, 20), True)]
)  # fmt: skip
def test_pictures_are_alike_whose_proportions_differ_by_less_than_a_twentieth(one, other, told):
    assert alike(one, other) is told


@table(("axis", "middle", "plane"), [(0, 2, (5, 6)), (1, 2, (4, 6)), (2, 3, (4, 5))])
def test_a_plane_lies_across_one_axis_in_the_middle_or_at_a_place_within_its_ends(axis, middle, plane):
    sides = (4, 5, 6)
    x = torch.arange(240).reshape(2, *sides)
    assert Cut(axis).at(sides) == middle
    assert [Cut(axis, place).at(sides) for place in (-1, 0, 1, 99)] == [0, 0, 1, sides[axis] - 1]
    assert tuple(Cut(axis).of(x).shape) == (2, *plane)
    assert torch.equal(Cut(axis, 1).of(x), x.select(1 + axis, 1))
    assert Cut(axis, 1).in_volume((7, 8), sides) == ((1, 7, 8), (7, 1, 8), (7, 8, 1))[axis]
    assert Cut(axis, 1).of(x[0]) is not None and Cut(axis, 1).in_volume((7, 8), (4, 5)) == (7, 8)
    assert torch.equal(Cut(axis, 1).of(x[0]), x[0]), "what is no volume is as it is"


@table(
    ("shape", "count"),
    [((1, 6, 7), 42), ((2, 1, 6, 7), 42), ((1, 1, 4, 6, 7), 168), ((3, 6, 7), 42), ((4, 6, 7), 42), ((5, 6, 7), 210)],
)
def test_a_signal_is_refused_that_has_more_pixels_than_a_person_may_take(shape, count):
    """A longer first axis of three is one of space: as a file has a volume."""
    Caps(count).require(torch.zeros(shape))
    with pytest.raises(Refusal, match=f"at most {count - 1} pixels on this server, got {count}: "):
        Caps(count - 1).require(torch.zeros(shape))


def test_memory_is_given_back_before_anybody_is_refused(monkeypatch):
    held, given = [1000], []

    def give_back() -> None:
        given.append(True)
        held[0] = 400

    monkeypatch.setattr(caps.memory, "held", lambda: held[0])
    monkeypatch.setattr(caps.memory, "give_back", give_back)
    page = 64 * 2**20
    assert Caps(memory=page + 1000).spare() and not given, "it is as much as is allowed, and nothing is in the way"
    assert Caps(memory=page + 999).spare() and given, "once it is given back"
    assert not Caps(memory=page + 399).spare()
    assert Caps().spare()
    signal = torch.zeros(1, 2, 2)  # of 16 bytes, of which a page holds 64 in all
    Caps(memory=400 + 64 * 16).require(signal)
    with pytest.raises(Refusal, match=r"for which this server has memory .*, got 4 pixels"):
        Caps(memory=399 + 64 * 16).require(signal)
    monkeypatch.setattr(caps.memory, "held", lambda: None)
    assert Caps(memory=page).spare() and not Caps(memory=page - 1).spare()


def test_a_slider_goes_by_digits_by_factors_or_by_whole_numbers():
    line, factor = SliderScale(Range(1, 9)), SliderScale(Range(0.01, 100, log=True))
    whole, far = SliderScale(Range(1, 9), True), SliderScale(Range(1, 1000, log=True), True)
    assert [(s.start, s.end, s.step) for s in (line, factor, whole, far)] == [
        (1, 9, 0.04), (-2, 2, 0.02), (1, 9, 1), (0, 3, 0.015),
    ]  # fmt: skip
    assert [line.position(v) for v in (0, 5, 10)] == [1, 5, 9] and factor.position(1000) == 2
    assert factor.position(0.1) == pytest.approx(-1)
    assert line.value(2.34567) == 2.35 and line.value(99) == 9 and factor.value(-3) == 0.01
    assert factor.value(1) == 10 and far.value(1.5) == 32 and isinstance(far.value(1.5), int)


def test_a_value_is_written_as_a_person_types_it():
    assert written(0.123456789) == "0.123457" and written(12) == "12" and written("x") == "x"
    assert written((1, 2.5)) == "1, 2.5" and written(((1, 2), (3, 4))) == "1, 2; 3, 4"
    assert written(Tikhonov(2.0)) == "priors.Tikhonov(weight=2.0)"
    assert written((Tikhonov(), TotalVariation())) == "Tikhonov, TotalVariation"


def test_colours_that_a_person_has_set_stay_until_they_are_forgotten():
    windows = ColourWindows()
    windows.put("image", (2.0, -1.0))
    windows.put("error", (0.5, 0.5))
    windows.put("large", (-200.0, -200.0))
    assert windows.of("image", (0, 1)) == (-1, 2) and windows.of("other", (0, 1)) == (0, 1)
    low, high = windows.of("error", (0, 1))
    assert low == 0.5 and high - low == pytest.approx(1e-9, rel=1e-3)
    low, high = windows.of("large", (0, 1))
    assert low == -200 and high - low == pytest.approx(2e-7, rel=1e-3)
    windows.forget("image", "unknown")
    assert windows.of("image", (0, 1)) == (0, 1) and windows.of("error", (0, 1)) != (0, 1)
    windows.forget()
    assert windows.of("error", (0, 1)) == (0, 1)


def test_planes_of_volumes_share_the_colours_of_the_truth():
    image = torch.arange(24.0).reshape(1, 1, 2, 3, 4)
    truth, data = image / 2, -image
    whole = Volumes(image, image + 1, truth, data)
    assert whole.names == (IMAGE, ERROR, TRUTH, DATA) and Volumes(image, image).names == (IMAGE,)
    assert Volumes(image, image, None, data).names == (IMAGE, DATA)
    cut = Cut(0, 1)
    np.testing.assert_array_equal(whole.plane(ERROR, cut), (image + 1 - truth)[0, 0, 1].numpy())
    for name, volume in ((IMAGE, image), (TRUTH, truth), (DATA, data)):
        np.testing.assert_array_equal(whole.plane(name, cut), volume[0, 0, 1].numpy())
    np.testing.assert_array_equal(Volumes(image, image).plane(TRUTH, cut), image[0, 0, 1].numpy())
    planes = np.array([[1.0, -4.0]]), np.array([2.0])
    assert whole.limits(ERROR, planes) == (-4, 4) and whole.limits(DATA, planes) == (-4, 2)
    assert whole.limits(IMAGE, planes) == whole.limits(TRUTH, planes) == (0, 11.5)
    assert Volumes(image, image).limits(IMAGE, planes) == (-4, 2)
    assert Volumes(image, image, (0.6 + 0.8j) * truth).limits(TRUTH, planes) == pytest.approx((0, 11.5))


def test_an_earlier_moment_is_drawn_with_its_own_error():
    from tests.app.conftest import frame

    truth = torch.full((1, 1, 2, 2), 0.25)
    problem = Problem(Identity((1, 2, 2)), Gaussian(0.1), Zero(), truth, truth)
    x = torch.tensor([[[[1.0, 0.5], [0.25, 0.0]]]])
    moment = SimpleNamespace(k=1, unknown=x, picture=x, problem=problem)
    shown = back_at(frame(), moment, truth[0, 0].numpy())
    assert (shown.at, shown.pictured, shown.k, shown.volumes) == (1, 1, 3, None)
    np.testing.assert_array_equal(shown.image, x[0, 0])
    np.testing.assert_array_equal(shown.error, [[0.75, 0.25], [0.0, -0.25]])
    moment.unknown = None
    assert back_at(frame(), moment, None).error is None
    np.testing.assert_array_equal(back_at(frame(), moment, truth[0, 0].numpy()).error, shown.error)


def test_a_curve_is_known_at_its_own_iterations_alone():
    from tests.app.conftest import frame

    seen = frame(k=5, ks=np.array([0, 2, 5]), curves={"psnr": np.array([1.0, 2.0, NAN]), "ssim": np.array([3.0])})
    assert [seen.value_at("psnr", k) for k in (0, 1, 2, 5, 6)] == [1, None, 2, None, None]
    assert [seen.value_at("ssim", k) for k in (0, 2)] == [3, None] and seen.value_at("gap", 0) is None
    assert (
        seen.at_k("psnr") is None
        and frame(at=2, ks=np.array([0, 2]), curves={"psnr": np.array([1.0, 4.0])}).at_k("psnr") == 4
    )


def test_complex_data_span_three_decades_and_volumes_say_their_sides():
    y = torch.tensor([1e-9, 1.0, 10j, 100.0], dtype=torch.complex64).reshape(1, 1, 2, 2)
    np.testing.assert_allclose(data_picture(y)[0], [[-1, 0], [1, 2]], atol=1e-6)
    assert np.isfinite(data_picture(0 * y)[0]).all()
    assert data_picture(y.real)[1] == "data"
    volume = torch.rand(1, 1, 3, 4, 5)
    shown = pictures(Problem(Identity((1, 3, 4, 5)), Gaussian(0.1), Zero(), volume), 2)
    assert (shown.volume, shown.shape, shown.truth, shown.data.shape, shown.data_label) == (
        (3, 4, 5), (4, 5), None, (4, 5), "data",
    )  # fmt: skip
    flat = pictures(Problem(Identity((1, 4, 5)), Gaussian(0.1), Zero(), volume[:, :, 0], volume[:, :, 0]), 3)
    assert (flat.version, flat.volume, flat.shape) == (3, (), (4, 5))


def test_what_measured_data_tell_by_themselves_is_offered_where_they_do():
    data = Measured(torch.ones(1, 8, 8))
    of = Experiment(data, Radon((1, 8, 8), 8), Gaussian(0.1))
    assert finding.suited("noise", of) == ("Take sigma from the data", finding.noise)
    assert finding.suited("operator", of) == ("Find the axis of rotation", finding.axis)
    assert finding.suited("prior", of) is None
    assert finding.suited("noise", Experiment(data, Radon((1, 8, 8), 8), Poisson())) is None
    masked = Experiment(data, FourierMask((1, 8, 8)), Gaussian(0.1))
    assert finding.suited("operator", masked) == ("Take the mask from the data", finding.mask)
    assert finding.suited("operator", Experiment(data, Identity((1, 8, 8)))) is None
    assert finding.suited("noise", Experiment(Shipped("camera", 8), Radon((1, 8, 8), 8), Gaussian(0.1))) is None
    y = 0.1 * torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    path, sigma, said = finding.noise(of, SimpleNamespace(problem=SimpleNamespace(y=y)))
    assert path == "noise.sigma" and sigma == pytest.approx(0.1, rel=0.06) and float(f"{sigma:.4g}") == sigma
    assert said.startswith(f"sigma = {sigma:.4g} +- ") and "wavelet details of the data" in said


def test_a_long_value_is_told_by_what_it_is():
    assert telling.in_short(0.123456789) == "0.123457" and telling.in_short(3) == "3"
    assert telling.in_short("x" * 99) == "x" * 99 and telling.in_short("x" * 100) == "str"


def test_the_python_of_an_experiment_names_its_arrays_its_imports_and_no_folder():
    mask = Mask((1, 8, 8), pattern=torch.ones(8, 8))
    made = Experiment(Shipped("camera", 8), mask)
    lines = telling.python(made).splitlines()
    (said,) = [line for line in lines if line.startswith("# array_")]
    assert said.endswith("8 x 8 numbers, is in no file of yours: take it from the saved run")
    assert lines[0] == "from workbench import algorithms, data, noise, operators, priors"
    assert lines[-1].startswith("result = Experiment(") and lines[-1].endswith(").run()")
    twice = Experiment(Shipped("camera", 8), Composition(mask, mask), prior=Sum(Tikhonov(), Zero()), stop=Change())
    assert sum(line.startswith("# array_") for line in telling.python(twice).splitlines()) == 1
    assert telling.python(twice).startswith(
        "from workbench import algorithms, data, noise, operators, priors, stopping\n"
    )
    low = Experiment(Shipped("camera", 8), Identity((1, 8, 8)), parametrisation=LowRank((1, 8, 8), 2))
    assert ", operators, parametrisations, priors" in telling.python(low)
    own = Experiment(Measured("/srv/people/7/scan.npy"), Identity((1, 8, 8)))
    assert "/srv" not in telling.python(
        own
    ) and "# scan.npy is your own file: put it beside this script" in telling.python(own)


def test_a_notebook_has_two_cells_that_were_not_run():
    import json

    made = json.loads(telling.notebook(Experiment(Shipped("camera", 8), Identity((1, 8, 8)))))
    assert [cell["id"] for cell in made["cells"]] == ["cell-0", "cell-1"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in made["cells"])
    assert made["cells"][0]["source"].endswith("wb = Workbench(experiment)\nwb")
    assert made["cells"][1]["source"] == "result = await wb.done()\nresult.workbench.plot()"
    assert (made["nbformat"], made["nbformat_minor"], made["metadata"]["kernelspec"]["name"]) == (4, 5, "python3")
    (told,) = json.loads(telling.notebook_of([("markdown", "# Words")]))["cells"]
    assert told == {"cell_type": "markdown", "id": "cell-0", "source": "# Words", "metadata": {}}
