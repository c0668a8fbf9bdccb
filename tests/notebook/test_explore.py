"""Sliders for a few arguments: of an experiment they move its run, of a function they call it; nonsense is refused."""

import functools
import time
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.patience import PATIENCE
from workbench.algorithms import FISTA
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.notebook import Workbench, explore
from workbench.notebook.cell_controls import CellField, CellMembers, CellNumber, CellSwitch, CellWords
from workbench.operators import GaussianBlur
from workbench.priors import Prior, Tikhonov
from workbench.ranges import Range
from workbench.refusal import Refusal


def until(reached: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "not reached in time"
        time.sleep(0.02)


@pytest.fixture
def small() -> Experiment:
    blur = GaussianBlur((1, 32, 32), 1.0)
    return Experiment(Shipped("shepp_logan", 32), blur, Gaussian(0.1), Tikhonov(1.0), FISTA(), steps=100_000)


@pytest.fixture
def wb(small: Experiment) -> Iterator[Workbench]:
    made = explore(small, "prior.weight", "operator.width")
    yield made
    made.close()


def test_an_experiment_has_sliders_for_these_alone_and_the_picture(wb):
    assert list(wb.widget.controls) == ["prior.weight", "operator.width"]
    wb.step(2)
    until(lambda: [panel["title"] for panel in wb.widget.screen.panels] == ["Reconstruction"])
    wb.widget.controls["prior.weight"].slider.value = 1.0
    until(lambda: wb.prior.weight == 10.0)
    wb.operator.width = 2.0
    assert wb.widget.controls["operator.width"].typed.value == "2"


def test_a_workbench_may_be_explored_beside_what_it_shows(wb):
    view = explore(wb, "noise.sigma")
    view.controls["noise.sigma"].typed.value = "0.2"
    until(lambda: wb.noise.sigma == 0.2)
    view.close()


def test_an_argument_that_another_object_lacks_is_away_until_it_is_back(wb):
    both = wb.views.Controls("prior.weight")
    wb.prior = "Box"
    assert list(wb.widget.controls) == ["operator.width"] and not both.controls
    wb.prior = "Tikhonov"
    assert list(wb.widget.controls) == ["prior.weight", "operator.width"] and list(both.controls) == ["prior.weight"]


@pytest.mark.parametrize("path", ["prior.wieght", "prior.weight.low", "wieght", ""])
def test_a_path_that_leads_nowhere_is_refused(small, wb, path):
    for ask in (lambda: explore(small, path), lambda: explore(wb, path), lambda: wb.views.Controls(path)):
        with pytest.raises(Refusal, match=r"wanted (a parameter|paths) of"):
            ask()


def test_what_cannot_be_explored_is_refused(small):
    for wrong, said in ((3, "got a int"), (None, "got None"), (Experiment, "without brackets")):
        with pytest.raises(Refusal, match=said):
            explore(wrong, "prior.weight")
    with pytest.raises(Refusal, match="let Workbench"):
        explore(small)


def product(
    width: Annotated[float, Range(0.5, 8, log=True, unit="px"), "how wide"],
    count: int = 3,
    sharp: bool = True,
    kind: Literal["sum", "mean"] = "sum",
    prior: Prior = Tikhonov(2.0),
) -> float:
    print(f"width {width:g}")
    return count * prior.weight


def test_a_function_has_controls_by_its_signature_and_is_called_anew():
    box = explore(product)
    kinds = {path: type(control) for path, control in box.box.controls.items()}
    assert kinds == {
        "width": CellNumber,
        "count": CellNumber,
        "sharp": CellSwitch,
        "kind": CellWords,
        "prior": CellMembers,
        "prior.weight": CellNumber,
    }
    box.box.controls["count"].slider.value = 5
    assert (box.value, box.arguments["count"]) == (10.0, 5)
    box.set("prior.weight", 4.0)
    assert box.value == 20.0 and box.box.controls["prior.weight"].typed.value == "4"
    assert list(explore(product, "count").box.controls) == ["count"]


def test_nonsense_is_said_beside_the_control_and_nothing_is_called():
    called: list[float] = []

    def heard(width=2.0):
        called.append(width)

    box = explore(heard)
    control = box.box.controls["width"]
    control.typed.value = "much"
    assert "'much'" in control.complaint.value and not called
    control.typed.value = "100"  # beyond the slider, which nothing forbids
    assert called == [100.0] and not control.complaint.value
    with pytest.raises(Refusal, match="a parameter of heard"):
        box.set("wdth", 3)
    with pytest.raises(Refusal, match="wdth"):
        explore(heard, "wdth")


@pytest.mark.parametrize(
    ("default", "first", "ends"),
    [(2.0, 2.0, (-2, 6)), (-3, -3, (-9, 3)), (0, 0, (0, 1)), ((0, 180), 90, (0, 180)), ((0.5, 1.0), 0.75, (0.5, 1.0))],
)
def test_a_default_alone_tells_the_slider(default, first, ends):
    def one(value=default):
        return value

    box = explore(one)
    assert box.arguments["value"] == first and type(box.arguments["value"]) is type(first)
    scale = box.box.controls["value"].scale
    assert (scale.start, scale.end) == ends


def test_a_list_of_words_is_a_menu():
    def named(kind=["a", "b"]):  # noqa: B006
        return kind

    box = explore(named)
    box.box.controls["kind"].select.value = "b"
    assert box.value == "b"


def test_arguments_that_tell_no_control_are_refused():
    functions: list[Any] = [lambda x: x, lambda *x: x, lambda **x: x]
    for each in functions:
        with pytest.raises(Refusal, match=r"for example, x=1\.0"):
            explore(each)


def test_a_cell_shows_a_refusal_as_a_sentence(capsys):
    shell = InteractiveShell.instance()
    shell.run_cell("from workbench.priors import Tikhonov\nTikhonov(weight=-1)")
    said = capsys.readouterr().out
    assert "line 2: Tikhonov(weight=-1)" in said and "Refusal: wanted" in said and "signature.py" not in said


def before_the_slash(width=1.5, /, sharp=True, *, low: Annotated[float, Range(0, 1)]) -> tuple:
    return width, sharp, low


def without_defaults(sharp: bool, kind: Literal["first", "second"], low: Annotated[float, Range(0, 1)], /) -> tuple:
    return sharp, kind, low


def nothing(weight: float | None = None, *, name: str | None = None) -> tuple:
    return weight, name


@pytest.mark.parametrize(
    ("function", "controls", "value"),
    [
        (before_the_slash, [CellNumber, CellSwitch, CellNumber], (1.5, True, 0.5)),
        (without_defaults, [CellSwitch, CellWords, CellNumber], (False, "first", 0.5)),
        (nothing, [CellField, CellField], (None, None)),
        (functools.partial(before_the_slash, 2.0, low=0.25), [CellSwitch, CellNumber], (2.0, True, 0.25)),
    ],
)
def test_every_kind_of_argument_has_a_control(function, controls, value):
    box = explore(function)
    assert [type(control) for control in box.box.controls.values()] == controls
    box.call()
    assert box.value == value
    box.close()


def bare(x) -> None: ...
def whole(x: int) -> None: ...
def many(*values) -> None: ...
def named(**values) -> None: ...
def unknown(x: "Missing" = 1.0) -> None: ...  # noqa: F821


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (bare, "got x:"),
        (whole, "x=1.0"),
        (many, "in place of"),
        (named, "in place of"),
        (unknown, "Missing"),
    ],
)
def test_what_no_control_can_be_told_from_is_a_sentence(function, word):
    with pytest.raises(Refusal, match=word):
        explore(function)
