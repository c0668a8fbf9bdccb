"""Plots say what the results say: numbers, names and units; they compose, draw with both back ends, and are files."""

import sys
from types import SimpleNamespace

import holoviews as hv
import hvplot.xarray  # noqa: F401 - gives Datasets `.hvplot`
import numpy as np
import pytest
import torch
import xarray as xr

from workbench import algorithms, data, plots, tuning
from workbench.analysis import spectrum
from workbench.analysis.chains import Sampling, sampled
from workbench.analysis.information.filters import LandweberFilter
from workbench.analysis.information.paths import ClosedForm, filter_paths
from workbench.analysis.information.plane import FixedTau
from workbench.comparison import compare
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity
from workbench.parametrisations import LowRank
from workbench.priors import Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, run, until
from workbench.tuning.hypergradients import HOAG, HeldOut, LogWeight

BACKENDS = plots.style.BACKENDS


@pytest.fixture(scope="module")
def result() -> xr.Dataset:
    small = Experiment(Shipped("shepp_logan", 32), prior=Tikhonov(1.0), algorithm=algorithms.FISTA(), steps=6)
    return small.fitted((1, 32, 32)).run()


def drawn(element) -> None:
    """Both back ends draw it."""
    for backend in BACKENDS:
        assert hv.render(element, backend=backend) is not None


def test_pictures_hold_the_signals_of_the_run(result):
    truth, data, image, error = plots.pictures(result)
    signals = {"truth": truth, "y": data, "x": image}
    for name, picture in signals.items():
        np.testing.assert_array_equal(picture.dimension_values(2, flat=False), result[name].values[0, 0])
    away = result.x.values[0, 0] - result.truth.values[0, 0]
    np.testing.assert_allclose(error.dimension_values(2, flat=False), away, atol=1e-7)
    assert float(image[10, 3]) == float(result.x[0, 0, 3, 10]), "at column 10 of row 3"
    drawn(plots.pictures(result))


def test_units_and_labels_are_those_of_the_variables(result):
    told = result.assign(y=result.y.assign_attrs(units="counts"))
    assert plots.pictures(told)[1].vdims[0].unit == "counts"
    line = plots.curves(result, "psnr")
    assert (line.vdims[0].label, line.vdims[0].unit, line.kdims[0].name) == ("PSNR", "dB", "k")
    np.testing.assert_array_equal(line.dimension_values(1), result.psnr.values[:, 0])


def test_curves_of_one_unit_share_an_axis(result):
    layout = plots.curves(result)
    assert [len(each) if isinstance(each, hv.Overlay) else 1 for each in layout] == [3, 1, 1, 1]
    assert {line.label: line.vdims[0].pprint_label for line in layout[0]} == dict.fromkeys(
        ("objective", "misfit", "prior"), "−log p (nats)"
    )
    drawn(layout)


def test_a_moved_slider_is_a_mark(result):
    marked = plots.curves(result.assign_attrs(marks='[[3, "prior.weight = 1"]]'), "psnr")
    assert [type(e) for e in marked] == [hv.Curve, hv.VLine] and marked.VLine.I.data == 3


def test_a_value_that_is_not_recorded_is_refused(result):
    with pytest.raises(Refusal, match=r"psrn.*psnr"):
        plots.curves(result, "psrn")
    for wrong in (plots.pictures, plots.curves):
        with pytest.raises(Refusal, match="give"):
            wrong(xr.Dataset())


@pytest.mark.parametrize(
    ("shape", "kind"), [((1, 40), hv.Curve), ((3, 8, 9), hv.RGB), ((1, 1, 9), hv.Image), ((1, 4, 5, 6), hv.Image)]
)
def test_signals_of_every_kind_are_drawn(shape, kind):
    truth = torch.rand((1, *shape), generator=torch.Generator().manual_seed(0))
    problem = Problem.simulate(Identity(shape), Gaussian(0.1), Tikhonov(1.0), truth)
    found = run(problem, algorithms.FISTA(), steps=2)
    assert isinstance(plots.pictures(found)[0], kind)
    drawn(plots.pictures(found))


def test_elements_compose(result):
    line = plots.curves(result, "psnr")
    assert isinstance(line * hv.HLine(20), hv.Overlay) and len(plots.pictures(result) + line) == 5


def test_a_run_draws_itself(result):
    assert len(result.workbench.plot()) == 4 + 4
    assert result.workbench.curves("ssim").vdims[0].label == "SSIM"


@pytest.mark.parametrize("suffix", plots.style.FILES)
def test_files_are_what_their_name_says(result, tmp_path, suffix):
    written = plots.save(plots.curves(result, "psnr"), tmp_path / f"fig{suffix}").read_bytes()
    begin = {".pdf": b"%PDF", ".png": b"\x89PNG", ".svg": b"<?xml"}[suffix]
    assert written.startswith(begin)
    with pytest.raises(Refusal, match="ends in"):
        plots.save(plots.curves(result, "psnr"), tmp_path / "fig.doc")


def test_a_density_integrates_to_the_number_one_over_its_spectrum():
    problem = Problem.simulate(GaussianBlur((1, 16, 16), 1.0), Gaussian(0.1), Tikhonov(1.0), torch.rand(1, 1, 16, 16))
    hessian = problem.hessian(problem.zeros())
    found = spectrum.slq(hessian, 40, 2)
    line = next(e for e in plots.spectrum(found) if isinstance(e, hv.Curve))
    at, height = line.dimension_values(0), line.dimension_values(1)
    assert np.trapezoid(height, at) == pytest.approx(1, abs=0.02)
    lines = [e.data for e in plots.spectrum(found) if isinstance(e, hv.VLine)]
    assert lines == pytest.approx([1.0, 101.0], rel=1e-2), "I + A*A / sigma^2, and A passes the mean"
    drawn(plots.spectrum(found) + plots.spectrum(found, cumulative=True, scale=spectrum.SymmetricLogarithmicAxis))


def test_the_band_of_a_cumulative_spectrum_has_its_width():
    problem = Problem.simulate(GaussianBlur((1, 16, 16), 1.0), Gaussian(0.1), Tikhonov(1.0), torch.rand(1, 1, 16, 16))
    found = spectrum.slq(problem.hessian(problem.zeros()), 20, 2)
    band = next(e for e in plots.spectrum(found, cumulative=True) if isinstance(e, hv.Area))
    at, low, high = (band.dimension_values(i) for i in range(3))
    np.testing.assert_allclose(low, found.lower(torch.from_numpy(at)).numpy(), atol=1e-9)
    np.testing.assert_allclose(high, found.upper(torch.from_numpy(at)).numpy(), atol=1e-9)
    assert (high - low).max() > 0.01


@pytest.mark.parametrize("name", sorted(plots.__all__))
def test_no_plot_has_two_dimensions_of_one_label(name):
    """Of those that are made once and for all: HoloViews 1.23 would draw one for both."""
    module = sys.modules[getattr(plots, name).__module__]
    labels = [d.label for d in vars(module).values() if isinstance(d, hv.Dimension)]
    assert len(labels) == len(set(labels))


def test_paths_of_filters_stay_below_their_bounds():
    problem = Problem.simulate(Identity((1, 16)), Gaussian(0.1), Tikhonov(1.0), torch.rand(1, 1, 16))
    *_, found = filter_paths(problem, ClosedForm(steps=5), (LandweberFilter(),), FixedTau())
    picture = plots.plane(found)
    line = next(e for e in picture if isinstance(e, hv.Curve) and e.label == "LandweberFilter")
    np.testing.assert_array_equal(line.dimension_values("i_x"), found.tracks[0].i_x)
    assert [d.unit for d in line.dimensions()] == ["bits", "bits"]
    drawn(picture)


def test_more_lines_than_colours_are_all_drawn(result):
    problem = Problem.simulate(Identity((1, 16)), Gaussian(0.1), Tikhonov(1.0), torch.rand(1, 1, 16))
    filters = tuple(LandweberFilter(step=0.1 * n) for n in range(1, 7))
    *_, found = filter_paths(problem, ClosedForm(steps=5), filters, FixedTau())
    lines = [e for e in plots.plane(found) if isinstance(e, hv.Curve)]
    assert len(found.tracks) == 6 and len(lines) == 7, "and the bottleneck"
    many = result.assign({f"own{n}": result.ssim.assign_attrs(long_name="own") for n in range(9)})
    assert len(plots.curves(many, *(f"own{n}" for n in range(9)))) == 9


def test_readings_are_coloured_by_when_they_were_taken():
    """matplotlib takes "k", the name of the iteration, for black."""
    k = np.arange(5.0)
    path = plots.plane(xr.Dataset({"i_x": ("k", k), "i_y": ("k", k)}, {"k": k}))
    (axes, _) = hv.render(path, backend="matplotlib").axes
    (dots,) = axes.collections
    np.testing.assert_array_equal(dots.get_array(), k)


@pytest.mark.parametrize("axes", [{}, {"logx": True}, {"logy": True}, {"logx": True, "logy": True}])
def test_a_plot_is_square_with_logarithmic_axes_too(axes):
    figure = hv.render(plots.lines({"": ([1, 10, 100], [1, 1e3, 1e6])}, "x", "y", **axes), backend="matplotlib")
    figure.canvas.draw()
    _, _, width, height = figure.axes[0].get_window_extent().bounds
    assert width == pytest.approx(height, rel=1e-3)


def test_pictures_of_many_shapes_fill_their_places():
    shown = plots.gallery({"a": torch.rand(1, 1, 4, 4), "b": torch.rand(1, 1, 40, 2)})
    figure = hv.render(shown, backend="matplotlib")
    figure.canvas.draw()
    for axes, (rows, columns) in zip(figure.axes, ((4, 4), (40, 2)), strict=True):
        assert np.ptp(axes.get_xlim()) == columns and np.ptp(axes.get_ylim()) == rows
        assert axes.get_window_extent().width == pytest.approx(axes.get_window_extent().height, rel=1e-3)


def test_paths_of_networks_have_a_line_a_layer():
    both = ("epoch", "layer", "seed"), np.arange(12.0).reshape(2, 3, 2)
    made = plots.plane(xr.Dataset({"I_x": both, "I_y": both}, {"epoch": [0, 5], "layer": ["a", "b", "c"]}))
    assert [e.label for e in made if isinstance(e, hv.Curve)] == ["a", "b", "c"]
    drawn(made)
    with pytest.raises(Refusal, match="information plane"):
        plots.plane(3)


def test_a_posterior_shows_what_its_chains_told():
    prior, sampler = Tikhonov(1.0), algorithms.PerturbOptimise()
    problem = Problem.simulate(Identity((1, 8, 8)), Gaussian(0.1), prior, torch.rand(1, 1, 8, 8))
    *_, found = sampled(problem, sampler, Sampling(chains=3, draws=20, warmup=0))
    mean, deviation, width = plots.posterior(found)
    np.testing.assert_allclose(mean.dimension_values(2, flat=False), found.moments.mean[0].numpy(), atol=1e-6)
    assert deviation.dimension_values(2).mean() == pytest.approx(0.1 / 1.01**0.5, rel=0.1)
    assert width.vdims[0].name == "90% interval"
    drawn(plots.posterior(found))
    draws = torch.randn(4000, 1, 3, 3, generator=torch.Generator().manual_seed(0))
    assert plots.posterior(draws)[2].dimension_values(2).mean() == pytest.approx(2 * 1.645, rel=0.03)
    with pytest.raises(Refusal, match="two at the least"):
        plots.posterior(draws[:1])


def grid(*sizes: int, seeds: int = 2) -> xr.Dataset:
    names = ("prior.weight", "noise.sigma", "steps")[: len(sizes)]
    values = np.arange(float(np.prod(sizes) * seeds)).reshape(*sizes, seeds)
    told = {"long_name": "PSNR", "units": "dB"}
    places = {name: np.geomspace(0.1, 10, size) for name, size in zip(names, sizes, strict=True)}
    return xr.Dataset({"psnr": ((*names, "seed"), values, told)}, places | {"seed": np.arange(seeds)})


@pytest.mark.parametrize(("sizes", "kind"), [((3,), hv.Overlay), ((3, 2), hv.HeatMap), ((3, 2, 2), hv.HoloMap)])
def test_a_sweep_is_drawn_by_its_number_of_parameters(sizes, kind):
    found = plots.sweep(grid(*sizes))
    assert isinstance(found, kind)
    drawn(found)


def test_a_sweep_shows_mean_and_deviation_over_seeds():
    band = plots.sweep(grid(3)).Spread.I
    np.testing.assert_allclose(band.dimension_values(1), [0.5, 2.5, 4.5])
    np.testing.assert_allclose(band.dimension_values(2), [0.5**0.5] * 3)  # of a sample of two
    assert (band.vdims[0].label, band.vdims[0].unit) == ("PSNR", "dB")
    with pytest.raises(Refusal, match="psnr"):
        plots.sweep(grid(3), "ssim")


@pytest.fixture(scope="module")
def seen() -> Problem:
    return Experiment(Shipped("shepp_logan", 16), prior=Tikhonov(1.0)).fitted((1, 16, 16)).problem()


@pytest.fixture(scope="module")
def states(seen) -> list:
    return list(until(iterate(seen, algorithms.FISTA()), after(5)))


@pytest.fixture
def moving(monkeypatch):
    """As after `plots.use("bokeh")`, for one test."""
    monkeypatch.setattr(hv.Store, "current_backend", "bokeh")


def test_iterates_have_a_slider_over_k(seen, states):
    found = plots.iterates(seen, states)
    assert list(found.keys()) == [0, 1, 2, 3, 4, 5] and found.kdims[0].label == "iteration k"
    np.testing.assert_array_equal(found[3].dimension_values(2, flat=False), states[3].x[0, 0].numpy())
    ranges = {hv.Store.lookup_options("matplotlib", each, "plot").kwargs["clim"] for each in found}
    assert len(ranges) == 1, "brightness says the same at every k"
    drawn(found)
    with pytest.raises(Refusal, match="states of a run"):
        plots.iterates(seen, [])


def test_of_a_parametrised_problem_the_picture_is_drawn_and_not_the_unknown(moving):
    truth = torch.rand(1, 1, 16, 12)
    phi = LowRank((1, 16, 12), rank=2)
    problem = Problem.simulate(GaussianBlur((1, 16, 12), 1.0), Gaussian(0.1), Tikhonov(1.0), truth, parametrisation=phi)
    steps = list(until(iterate(problem, algorithms.FactoredGradientDescent()), after(2)))
    x = problem.picture(steps[-1].x)[0, 0]
    assert steps[-1].x.shape != truth.shape
    np.testing.assert_array_equal(plots.iterates(problem, steps)[2].dimension_values(2, flat=False), x.numpy())
    picture, along = plots.history(problem, steps)
    np.testing.assert_array_equal(picture.dimension_values(2, flat=False), x.numpy())
    assert along[()].dimension_values(1)[-1] == float(x[8, 6])


def test_plots_that_move_are_refused_where_matplotlib_draws(seen, states, monkeypatch):
    monkeypatch.setattr(hv.Store, "current_backend", "matplotlib")
    run = SimpleNamespace(x=states[0].x, on=lambda every: pytest.fail("heard"))
    for made in (lambda: plots.live(run), lambda: plots.history(seen, states)):
        with pytest.raises(Refusal, match=r'plots\.use\("bokeh"\)'):
            made()


def test_a_tap_shows_the_history_of_that_pixel(seen, states, moving):
    picture, along = plots.history(seen, states)
    (tap,) = along.streams
    for asked, (row, column) in (((3.2, 6.8), (7, 3)), ((None, None), (8, 8)), ((99.0, -4.0), (0, 15))):
        tap.event(x=asked[0], y=asked[1])
        values = along[()].dimension_values(1)
        np.testing.assert_array_equal(values, [float(state.x[0, 0, row, column]) for state in states])
        assert along[()].opts.get("plot", backend="bokeh").kwargs["title"] == f"row {row}, column {column}"
    assert isinstance(picture, hv.Image)
    assert hv.render(plots.history(seen, states), backend="bokeh") is not None


def test_a_live_plot_follows_its_run(states, moving):
    heard: list = []
    run = SimpleNamespace(x=states[0].x, on=lambda every: heard.append)
    shown = plots.live(run, limits=(0.0, 1.0))
    np.testing.assert_array_equal(shown[()].dimension_values(2, flat=False), states[0].x[0, 0].numpy())
    run.x = states[4].x
    heard[0](states[4])
    np.testing.assert_array_equal(shown[()].dimension_values(2, flat=False), states[4].x[0, 0].numpy())
    assert hv.render(shown, backend="bokeh") is not None


def test_modes_are_brushed_together(moving):
    problem = Problem.simulate(GaussianBlur((1, 8, 8), 1.0), Gaussian(0.1), Tikhonov(1.0), torch.rand(1, 1, 8, 8))
    *_, found = spectrum.SpectrumStudy(modes=6).of(problem, problem.zeros())
    values, errors = plots.modes(found, problem.zeros() - problem.truth)
    assert len(values) == len(errors) == len(found.pairs.values)
    along = spectrum.modes.components(found.pairs, problem.truth)[0].square()
    np.testing.assert_allclose(errors.dimension_values("error"), along.numpy(), rtol=1e-5)
    drawn(plots.modes(found, problem.zeros() - problem.truth))
    linked = hv.link_selections.instance()
    shown = linked(plots.modes(found, problem.zeros() - problem.truth))
    linked.selection_expr = hv.dim("mode") <= 2
    assert hv.render(shown, backend="bokeh") is not None
    assert [len(each) for each in (linked.filter(values), linked.filter(errors))] == [2, 2]
    hv.render(plots.brushed(plots.modes(found)), backend="bokeh")


def test_an_l_curve_goes_down_and_its_corner_is_that_of_the_rule():
    small = Experiment(Shipped("coins", 16), GaussianBlur((1, 16, 16), 1.0), Gaussian(0.03), Tikhonov())
    found = small.tune(tuning.LCurve(), tuning.DiscrepancyPrinciple())
    drawn_line = plots.lcurve(found.path).Curve.I
    misfit, prior = drawn_line.dimension_values(0), drawn_line.dimension_values(1)
    assert (np.diff(misfit) > 0).all() and (np.diff(prior) < 0).all()
    np.testing.assert_allclose(misfit, [point.misfit for point in found.path.points])
    drawn(plots.lcurve(found.path))
    each = plots.weights(found)
    assert len(each) == len(found.selected) and "discrepancy" in each[-1].opts.get("plot").kwargs["title"]
    drawn(each)


def test_galleries_and_lines_hold_what_they_were_given():
    shown = plots.gallery({"a": torch.rand(1, 1, 4, 5), "b": torch.rand(1, 3, 4, 5), "c": torch.rand(1, 1, 9)})
    assert [type(each) for each in shown] == [hv.Image, hv.RGB, hv.Curve]
    drawn(shown)
    both = plots.lines(
        {"a": ([1, 2, 3], [1.0, np.nan, 3.0]), "b": (range(3), torch.ones(3))}, "k", "value, px", logy=True
    )
    np.testing.assert_array_equal(both.Curve.A.dimension_values(0), [1, 3])
    assert both.Curve.B.vdims[0].label == "value, px"
    drawn(both)
    for wrong in (
        lambda: plots.gallery({}),
        lambda: plots.lines({}, "x", "y"),
        lambda: plots.gallery({"a": torch.ones(3)}),
    ):
        with pytest.raises(Refusal, match=r"give|put"):
            wrong()


def test_hvplot_draws_every_dataset(result):
    drawn(result.psnr.hvplot.line(x="k"))
    drawn(result.x[0, 0].hvplot.image(x="column", y="row"))
    drawn(result[["psnr", "ssim"]].isel(batch=0).hvplot.line(x="k"))


def test_a_cell_needs_no_extension_first(result, monkeypatch):
    asked = []
    kernel = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=True))
    monkeypatch.setitem(__import__("sys").modules, "IPython", kernel)
    monkeypatch.setattr(plots.style, "_use_pictures", lambda: asked.append("pictures"))
    plots.curves(result, "psnr")
    assert set(asked) == {"pictures"}


def test_steps_are_drawn_before_and_after():
    counts = np.arange(1.0, 97).reshape(8, 12)
    chain = (data.steps.MinusLog(100.0), data.steps.Bin((2,)))
    drawn_steps = plots.steps(data.Measured(counts, units="counts", steps=chain))
    before, after_log, same, binned = drawn_steps
    np.testing.assert_array_equal(before.dimension_values(2, flat=False), counts)
    np.testing.assert_allclose(after_log.dimension_values(2, flat=False), -np.log(counts / 100), rtol=1e-12)
    np.testing.assert_array_equal(same.dimension_values(2), after_log.dimension_values(2))
    assert binned.dimension_values(2, flat=False).shape == (8, 6)
    titles = [hv.Store.lookup_options("bokeh", each, "plot").kwargs["title"] for each in drawn_steps]
    assert titles[:2] == ["1: before MinusLog (counts)", "1: after MinusLog (1)"]
    drawn(drawn_steps)
    coils = plots.steps(data.Measured(np.ones((3, 4, 5)) * 2j, steps=(data.steps.Rescale(),)))
    drawn(coils)
    with pytest.raises(Refusal, match="a source with steps"):
        plots.steps(data.Measured(counts))


def test_a_comparison_has_pictures_on_one_scale_and_lines_that_differ_by_dash(result):
    other = Experiment(Shipped("shepp_logan", 32), GaussianBlur((1, 32, 32)), prior=Tikhonov(3.0), steps=4).run()
    found = compare(result, other, labels=("first", "second"))
    whole = plots.comparison(found)
    titles = [element.opts.get("plot", backend="matplotlib").kwargs["title"] for element in list(whole)[:3]]
    assert titles == ["truth", "first", "second"]
    np.testing.assert_array_equal(list(whole)[2].dimension_values(2, flat=False), other.x.values[0, 0])
    lines = plots.comparison(found, "psnr", over="calls")
    curves = [element for element in lines if isinstance(element, hv.Curve)]
    for curve, made in zip(curves, (result, other), strict=True):
        np.testing.assert_array_equal(curve.dimension_values(0), made.calls.values)
        np.testing.assert_allclose(curve.dimension_values(1), made.psnr.values[:, 0])
    dashes = [c.opts.get("style", backend="bokeh").kwargs["line_dash"] for c in curves]
    assert len(set(dashes)) == 2
    (ring,) = [element for element in lines if isinstance(element, hv.Scatter)][:1]
    mark = found.psnr_marks()[0]
    assert (not mark.reached) or ring.dimension_values(0)[0] == mark.calls
    assert isinstance(plots.comparison(found, "objective"), hv.Layout), "two problems, two axes"
    drawn(whole)
    drawn(lines)


def test_parameters_of_one_label_keep_their_own_numbers():
    found = grid(3, 2)
    names = [str(name) for name in found.psnr.dims[:2]]
    for name in names:
        found[name].attrs["long_name"] = "weight"
    drawn_map = plots.sweep(found)
    assert len({dimension.label for dimension in drawn_map.dimensions()}) == 3
    wanted = {(f"{c:.4g}", f"{r:.4g}") for r in found[names[0]].values for c in found[names[1]].values}
    assert set(zip(drawn_map.dimension_values(0), drawn_map.dimension_values(1), strict=True)) == wanted


def test_what_was_learned_stands_over_what_it_cost():
    crops = tuning.held_out_crops(("camera",), (1, 8, 8), 2, 0).double()
    problem = Problem.simulate(Identity((1, 8, 8)), Gaussian(0.1), TotalVariation(), crops)
    found = HOAG(steps=2).learn(HeldOut(problem, LogWeight()))
    left, right = plots.learning({"hoag": found})
    (curve,) = left
    costs = [step.steps + step.products for step in found.history]
    assert curve["cost"].tolist() == costs
    assert curve["error"].tolist() == [(2 * step.loss) ** 0.5 for step in found.history]
    assert next(iter(right))["accuracy"].tolist() == [step.accuracy for step in found.history]
    drawn(plots.learning({"hoag": found}))
    with pytest.raises(Refusal, match="something that was learned"):
        plots.learning({})


SIDES = (4, 5, 8)


@pytest.fixture(scope="module")
def solid() -> xr.Dataset:
    truth = torch.linspace(0, 1, 160).view(1, *SIDES)
    made = Experiment(
        data.Array(truth), Identity((1, *SIDES)), Gaussian(0.1), Tikhonov(1.0), algorithms.FISTA(), steps=2
    )
    return made.run()


def planes_of(layout: hv.Layout, point: tuple[int, int, int] = (0, 0, 0)) -> list[np.ndarray]:
    """The values of each plane, its first row on top."""
    overlays = [part[point] if isinstance(part, hv.DynamicMap) else part for part in layout]
    return [overlay.get(0).dimension_values(2, flat=False) for overlay in overlays]


def test_the_planes_of_a_volume_are_those_through_the_point(solid, tmp_path, monkeypatch):
    monkeypatch.setattr(hv.Store, "current_backend", "matplotlib")
    layout = plots.volume(solid, at=(1, 4, 6))
    drawn(layout)
    x = solid.x.values[0, 0]
    for got, wanted in zip(planes_of(layout), (x[1], x[:, 4], x[:, :, 6]), strict=True):
        np.testing.assert_array_equal(np.sort(got, None), np.sort(wanted, None))
    assert [line.data for line in (layout[0].HLine.I, layout[0].VLine.I)] == [4, 6]
    assert plots.save(layout, tmp_path / "volume.png").stat().st_size > 1000
    with pytest.raises(Refusal, match="below 4 and 5 and 8"):
        plots.volume(solid, at=(4, 0, 0))


def test_taps_and_sliders_move_one_point(solid, monkeypatch):
    monkeypatch.setattr(hv.Store, "current_backend", "bokeh")
    layout = plots.volume(solid)
    first = layout[0]
    x = solid.x.values[0, 0]
    for got, wanted in zip(planes_of(layout, (1, 2, 4)), (x[1], x[:, 2], x[:, :, 4]), strict=True):
        np.testing.assert_array_equal(np.sort(got, None), np.sort(wanted, None))
    tap = next(stream for stream in first.streams if stream.source is first)
    tap.event(x=6.2, y=0.8)  # column and row of the first plane
    for got, wanted in zip(planes_of(layout, (1, 2, 4)), (x[1], x[:, 1], x[:, :, 6]), strict=True):
        np.testing.assert_array_equal(np.sort(got, None), np.sort(wanted, None))
    for got, wanted in zip(planes_of(layout, (3, 2, 4)), (x[3], x[:, 1], x[:, :, 6]), strict=True):
        np.testing.assert_array_equal(np.sort(got, None), np.sort(wanted, None))


def test_a_picture_has_no_three_planes(result):
    with pytest.raises(Refusal, match=r"plots\.pictures"):
        plots.volume(result)


def test_a_wide_frame_keeps_to_the_values_of_its_lines():
    wide = plots.lines({"heart": (np.arange(100), 200 * np.sin(np.arange(100)))}, "sample", "steps")
    wide = wide.opts(aspect=3, backend="matplotlib")
    axes = hv.render(wide, backend="matplotlib").axes[0]
    axes.figure.canvas.draw()
    low, high = axes.get_ylim()
    assert -260 < low < -190 and 190 < high < 260, "no axis is widened to make its units as long as the others"
    box = axes.get_position()
    width, height = axes.figure.get_size_inches()
    assert box.width * width / (box.height * height) == pytest.approx(3, rel=1e-3)
