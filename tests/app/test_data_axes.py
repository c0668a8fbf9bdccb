"""A sinogram has an angle and a place on the detector, beside its picture too; what has pixels has none."""

import pytest

from workbench.app.run.pictures import Gallery
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.session import Session
from workbench.operators import Composition, FanBeamRadon, GaussianBlur, Radon
from workbench.operators.integrals.data_axes import data_axes

SHAPE = (1, 16, 16)


@pytest.mark.parametrize("kind", [Radon, FanBeamRadon])
def test_rows_are_angles_and_columns_bins_from_the_axis(kind) -> None:
    scan = kind(SHAPE, (0.0, 10.0, 60.0), offset=2.0)
    angles, bins = data_axes(scan)
    assert angles.values == pytest.approx([0, 10, 60]) and len(bins.values) == scan.out_shape[2]
    assert bins.values[1] - bins.values[0] == 1 and bins.values.sum() == pytest.approx(-2 * len(bins.values))
    assert angles.ticks(5) == {0.5: "0", 1.5: "10", 2.5: "60"} and len(bins.ticks(5)) == 5
    assert list(angles.ticks(2)) == [0.5, 2.5], "the first and the last"
    blurred = data_axes(Composition(scan, GaussianBlur(SHAPE)))
    assert blurred is not None and blurred[0].values == pytest.approx(angles.values)
    assert data_axes(GaussianBlur(SHAPE)) is None


def test_the_picture_of_a_sinogram_bears_them_and_that_of_a_blur_none() -> None:
    made = Experiment(truth=Shipped("shepp_logan", 16), operator=Radon(SHAPE, 6), steps=2).fitted(SHAPE)
    with_axes = Session(made)
    view = Gallery(with_axes, lambda: None)
    view.show_pictures(with_axes.pictures())
    plot = view.data.image
    assert plot.yaxis[0].visible and plot.yaxis[0].axis_label == "angle, degrees"
    assert plot.yaxis[0].major_label_overrides[5.5] == "150" and "detector" in plot.xaxis[0].axis_label
    assert not view.truth.image.xaxis[0].visible
    view.data.name_axes(None)
    assert not plot.xaxis[0].visible and (plot.min_border_left, plot.min_border_bottom) == (0, 0)
    with_axes.close()
