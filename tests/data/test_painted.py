"""What hands paint on a truth, and data that are lost."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from workbench import records, storage
from workbench.cli import main
from workbench.data import Measured, Painted, Shipped, Simulated
from workbench.data.regions import Brush, Rectangle, Text
from workbench.experiment import Experiment, from_description, from_run
from workbench.noise import ConcomitantGaussian, Gaussian
from workbench.operators import Composition, FourierMask, GaussianBlur, Identity, Mask, MultiCoilFourier, Radon
from workbench.operators.sensors.clipping import Clipping
from workbench.parameters import changed, describe
from workbench.priors import TotalVariation
from workbench.refusal import Refusal

SMALL = Experiment(
    Shipped("shepp_logan", 16), Radon((1, 16, 16), 9), Gaussian(0.1), TotalVariation(1.0), steps=3, seed=5
)
WAY = Brush(((3.0, 2.5), (10.0, 12.0), (10.0, 14.0)), 2.0)
LESION = changed(SMALL, source=Painted(Shipped("shepp_logan", 16), (WAY, Brush(((8.0, 8.0),), 1.0)), (0.25, 1.0)))
RAYS = Rectangle((2.0, 0.0), (3.0, 30.0))


def test_a_brush_covers_what_is_near_its_way() -> None:
    steps = torch.linspace(0, 1, 2001, dtype=torch.float64)[:, None]
    points = torch.tensor(WAY.points, dtype=torch.float64)
    way = torch.cat([a + steps * (b - a) for a, b in pairwise(points)])
    at = torch.cartesian_prod(torch.arange(16.0), torch.arange(16.0)).double()
    near = torch.cdist(at, way).amin(1).view(16, 16)
    found = WAY.inside((16, 16))
    assert bool(found[near < 1.999].all()) and not bool(found[near > 2.001].any()) and int(found.sum()) > 40


@pytest.mark.parametrize(
    ("region", "space", "count"),
    [
        (Brush(((4.0,),), 2.0), (9,), 5),
        (Brush(((2.0, 2.0, 2.0),), 1.0), (5, 5, 5), 7),
        (Brush(((-9.0, 3.0),), 2.0), (8, 8), 0),
        (Rectangle((1.0, 2.0), (2.0, 9.0)), (5, 5), 6),
        (Rectangle((3.0, 2.0), (2.0, 9.0)), (5, 5), 6),
        (Rectangle((1.5,), (4.5,)), (9,), 3),
    ],
)
def test_regions_have_the_samples_of_their_definition(region, space, count) -> None:
    assert int(region.inside(space).sum()) == count


def test_letters_are_those_of_another_program_and_as_high_as_was_said() -> None:
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    bar = Text("H", (5.0, 4.0), 12.0).inside((24, 30))
    rows = bar.any(1).nonzero()[:, 0]
    assert (int(rows.min()), int(rows.max())) in {(5, 16), (5, 17)}
    found = Text("Ao8 $x", (20.0, 10.0), 364.5).inside((560, 2000)).numpy()
    font = ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans-Bold.ttf", 500)
    drawn = Image.new("L", (2000, 560))
    ImageDraw.Draw(drawn).text((10.5, 385), "Ao8 $x", 255, font, anchor="ls")  # its pixels reach from i to i + 1
    other = np.asarray(drawn) > 127
    assert (found & other).sum() / (found | other).sum() > 0.97
    assert not bool(Text("far", (-500.0, 3.0)).inside((8, 8)).any())
    with pytest.raises(Refusal, match="a picture to write on"):
        Text("A", (1.0, 2.0, 3.0)).inside((4, 8, 8))


def test_a_region_of_other_axes_and_values_of_another_number_are_refused() -> None:
    with pytest.raises(Refusal, match="2 coordinates"):
        Brush(((1.0, 2.0, 3.0),)).inside((8, 8))
    with pytest.raises(Refusal, match="1 coordinates"):
        Rectangle().inside((8,))
    with pytest.raises(Refusal, match="a value for each region"):
        Painted(Shipped(), (WAY,), ())
    with pytest.raises(Refusal, match="a point or more"):
        Brush(())


def test_a_painted_truth_has_the_values_and_the_noise_of_the_bare_one() -> None:
    bare, painted = SMALL.problem(), LESION.problem()
    inside, later = (region.inside((16, 16)) for region in LESION.truth.regions)
    assert bool((painted.truth[0, 0][later] == 1).all()) and bool((painted.truth[0, 0][inside & ~later] == 0.25).all())
    assert torch.equal(painted.truth[0, 0][~inside & ~later], bare.truth[0, 0][~inside & ~later])
    noise = [p.y - p.given_operator(p.truth) for p in (bare, painted)]
    torch.testing.assert_close(*noise, rtol=0, atol=1e-6)
    finer = Simulated(changed(LESION.truth, signal=Shipped("shepp_logan", 16)), finer=2)
    blurred = changed(SMALL, source=finer, operator=GaussianBlur((1, 16, 16)))
    assert torch.equal(blurred.problem().truth, painted.truth)


def test_what_is_lost_is_no_data_and_the_rest_is_as_it_was_bit_for_bit() -> None:
    whole, left = SMALL.problem(), changed(SMALL, lost=(RAYS, Brush(((7.0, 8.0),), 1.0))).problem()
    gone = torch.zeros(left.y.shape[2:], dtype=torch.bool)
    gone[2:4] = True
    gone[7, 7:10] = gone[6, 8] = gone[8, 8] = True
    assert torch.equal(left.y[0, 0], torch.where(gone, torch.zeros(()), whole.y[0, 0]))
    assert not bool(left.seen[0][gone].any()) and left.gaps and not whole.gaps
    other = left.y.clone()
    other[0, 0][gone] = 100.0
    x = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    assert torch.equal(replace(left, y=other).misfit_grad(x), left.misfit_grad(x))


@pytest.mark.parametrize(
    ("operator", "kind"),
    [
        (Identity((1, 16, 16)), Mask),
        (Mask((1, 16, 16), 0.6), Mask),
        (FourierMask((1, 16, 16), 0.6), FourierMask),
        (MultiCoilFourier((1, 16, 16), 2, 0.6), MultiCoilFourier),
        (GaussianBlur((1, 16, 16)), Composition),
    ],
)
def test_an_operator_that_has_a_mask_takes_what_is_lost_into_it(operator, kind) -> None:
    lost = Rectangle((0.0, 6.0), (15.0, 8.0)).inside((16, 16))
    made = operator.losing(lost)
    x = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = x + 0j if kind in (FourierMask, MultiCoilFourier) else x
    assert type(made) is kind and torch.equal(made(x), torch.where(lost, 0 * operator(x), operator(x)))
    assert (made.gram_diagonal is None) == (operator.gram_diagonal is None or kind is Composition)


def test_all_data_and_those_of_a_nonlinear_operator_cannot_be_lost() -> None:
    everything = (Rectangle((0.0, 0.0), (99.0, 99.0)),)
    with pytest.raises(Refusal, match="some are left"):
        changed(SMALL, lost=everything).problem()
    with pytest.raises(Refusal, match="linear operator to lose"):
        Experiment(SMALL.source, Clipping((1, 16, 16)), lost=(RAYS,)).problem()
    with pytest.raises(Refusal, match="all tell of the noise's level"):
        changed(SMALL, noise=ConcomitantGaussian(), lost=(RAYS,)).problem()


def test_measured_data_are_lost_as_well() -> None:
    y = SMALL.problem().y
    found = changed(SMALL, source=Measured(y), lost=(RAYS,)).problem()
    assert not bool(found.y[:, :, 2:4].any()) and torch.equal(found.y[:, :, 4:], y[:, :, 4:])


def test_a_saved_run_and_its_description_give_the_same_numbers(tmp_path) -> None:
    hand = changed(LESION, lost=(RAYS,))
    result = hand.run(out=tmp_path / "run.nc")
    again = from_run(records.load(tmp_path / "run.nc"))
    assert describe(again) == describe(hand)
    assert torch.equal(torch.from_numpy(again.run().x.values), torch.from_numpy(result.x.values))
    assert describe(from_description(json.loads(json.dumps(describe(hand))))) == describe(hand)


def test_the_command_line_paints_and_loses(capsys) -> None:
    words = [
        "run", "--truth", "shepp_logan", "--size", "16", "--operator", "Radon", "--steps", "2", "--json",
        "--set", "painted.regions=Brush", "--set", "painted.regions.1.points=3,4;9,9", "--set", "painted.values=0.5",
        "--set", "lost=Rectangle,Brush", "--set", "lost.1.end=20,50", "--set", "lost.2.points=1,5",
    ]  # fmt: skip
    assert main(words) == 0
    found = from_description(json.loads(capsys.readouterr().out)["spec"])
    assert found.truth == Painted(Shipped("shepp_logan", 16), (Brush(((3.0, 4.0), (9.0, 9.0))),), (0.5,))
    assert found.lost == (Rectangle(end=(20.0, 50.0)), Brush(((1.0, 5.0),)))


@pytest.mark.parametrize("measured", [False, True])
def test_a_run_that_lost_data_goes_on_as_in_one_go(measured, tmp_path) -> None:
    """It was refused as one with another operator, whose rows of 0 its description does not name: its work was lost."""
    source = Measured(SMALL.problem().y) if measured else LESION.source
    whole = changed(SMALL, source=source, lost=(RAYS,), steps=7)
    path = tmp_path / "run.nc"
    changed(whole, steps=3).run(out=path)
    begun = records.open(path).result
    straight, later = whole.run(), whole.run(begun=begun)
    assert later.k.values.tolist() == straight.k.values.tolist()
    for name in ("x", "objective", "residual"):
        assert np.array_equal(later[name].values, straight[name].values)
    problem, wanted = storage.rebuild_run(begun)[0], whole.problem()
    x = torch.from_numpy(straight.x.values)
    assert torch.equal(problem.objective(x), wanted.objective(x)), "zeros that nobody measured are no data"
    assert main(["run", str(path), "--steps", "7"]) == 0
    with pytest.raises(Refusal, match="a run of this experiment"):
        changed(whole, lost=()).run(begun=begun)
