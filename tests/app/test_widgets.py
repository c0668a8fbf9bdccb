"""Widgets from signatures: every parameter of every catalogue member, and what sliders do to values."""

import math
from typing import Annotated, Literal

import pytest

from workbench import catalog
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.overtaken import LATE, Overtaken
from workbench.app.toolkit.widgets import Automatic, Menu, Number, PageControl, Switch, TextField
from workbench.live.controls import Ask
from workbench.live.controls.scale import SliderScale, written
from workbench.live.throttle import Throttle
from workbench.parameters import Checked, Parameter, Range, parameters
from workbench.paths import own_parameters

MEMBERS = [(kind, name, cls) for kind in catalog.KINDS for name, cls in catalog.members(kind).items()]
OWN = [(kind, name, p) for kind, name, cls in MEMBERS for p in own_parameters(cls).values()]
EACH = [pytest.param(kind, p, id=f"{name}.{p.name}") for kind, name, p in OWN]


class Everything(metaclass=Checked):
    def __init__(
        self,
        width: Annotated[float, Range(0.1, 10, log=True, unit="px", limits=(0.01, 100)), "how wide"] = 1.0,
        count: Annotated[int, Range(1, 1000, log=True), "how many"] = 10,
        angles: Annotated[int | tuple[float, ...], Range(1, 180, limits=(-360, 3600)), "which"] = 60,
        step: Annotated[float | None, Range(1e-6, 10, log=True), "how far"] = None,
        pattern: Annotated[Literal["lines", "points"], "what"] = "lines",
        smooth: Annotated[bool, "whether"] = True,
        name: Annotated[str, "which one"] = "",
    ) -> None: ...


def control(path: str, parameter: Parameter, ask: Ask) -> PageControl:
    return FormPanel.kinds.suited(parameter)(path, parameter, ask)


def made(name: str) -> tuple[PageControl, list]:
    asked: list = []
    parameter = next(p for p in parameters(Everything) if p.name == name)
    return control(f"operator.{name}", parameter, lambda path, value: asked.append((path, value))), asked


@pytest.mark.parametrize(("kind", "parameter"), EACH)
def test_every_parameter_has_a_control_that_shows_its_default(kind: str, parameter: Parameter) -> None:
    asked: list = []
    each = control(f"{kind}.{parameter.name}", parameter, lambda path, value: asked.append(path))
    each.show(parameter.default)
    assert not asked
    assert parameter.meaning
    numbers = {int, float} & set(parameter.kinds)
    assert not numbers or isinstance(each, Number), "a number needs a Range to have a slider"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("width", Number), ("count", Number), ("angles", Number), ("step", Automatic), ("pattern", Menu),
     ("smooth", Switch), ("name", TextField)],
)  # fmt: skip
def test_the_signature_chooses_the_control(name: str, kind: type) -> None:
    assert type(made(name)[0]) is kind


def test_label_has_the_unit_and_the_meaning_is_the_tooltip() -> None:
    each, _ = made("width")
    assert isinstance(each, Number)
    assert (each.slider.label, each.slider.description) == ("width, px", "how wide")


def test_slider_asks_for_rounded_values_and_writes_them() -> None:
    each, asked = made("width")
    assert isinstance(each, Number)
    each.show(1.0)
    each.slider.value = math.log10(3.14159)
    assert asked == [("operator.width", 3.14)]
    assert each.typed.value == "3.14"


def test_typed_values_reach_beyond_the_slider_and_lists_are_taken() -> None:
    each, asked = made("width")
    assert isinstance(each, Number)
    each.typed.value = "50"
    each.show(50.0)
    assert asked == [("operator.width", 50.0)]
    assert each.slider.value == each.slider.end
    angles, asked = made("angles")
    assert isinstance(angles, Number)
    angles.typed.value = "0, 45,90"
    assert asked == [("operator.angles", (0.0, 45.0, 90.0))]
    angles.show((0.0, 45.0, 90.0))
    assert angles.typed.value == "0, 45, 90"


def test_what_is_no_number_is_passed_on_for_the_session_to_refuse() -> None:
    each, asked = made("width")
    assert isinstance(each, Number)
    each.typed.value = "wide"
    assert asked == [("operator.width", "wide")]
    each.show(1.0, "wanted a number, got 'wide'")
    assert each.typed.value == "wide", "what was entered stays, to be mended"
    assert each.complaint is not None
    assert each.complaint.sentence
    each.show(1.0)
    assert each.typed.value == "1"
    assert not each.complaint.sentence


def test_a_value_that_was_replaced_at_once_does_not_come_back_from_the_browser() -> None:
    """Panel's bridge to React answers each value that it has drawn; here the answer to 600 comes after 300 was sent."""
    each, asked = made("count")
    assert isinstance(each, Number)
    each.show(300)
    each.show(600)
    late = each.slider.value
    each.show(300)
    each.slider.value = late
    assert not asked and each.scale.value(each.slider.value) == 300 and each.typed.value == "300"
    each.slider.value = late
    assert asked == [("operator.count", 600)], "answered once: what comes then is a person's"


def test_what_a_person_chose_may_be_chosen_again_at_once() -> None:
    each, asked = made("smooth")
    assert isinstance(each, Switch)
    each.show(True)
    each.switch.value = False
    each.show(False)
    each.show(True)
    each.switch.value = False
    assert asked == [("operator.smooth", False)] * 2


def test_an_answer_that_is_too_late_is_a_wish() -> None:
    now = [0.0]
    told = Overtaken(lambda: now[0])
    for old, new in ((1, 2), (2, 3), (3, 4)):
        told.write(old, new)
    now[0] = LATE - 0.1
    assert told.returns(2)
    now[0] = LATE + 0.1
    assert not told.returns(3)


def test_what_stood_for_a_while_is_chosen_again_at_once() -> None:
    """The browser has long answered it: then it is a person who goes back to it."""
    now = [0.0]
    told = Overtaken(lambda: now[0])
    told.write(1, 2)
    now[0] = LATE + 0.1
    told.write(2, 3)
    assert not told.returns(2)


def test_automatic_starts_from_the_value_in_use() -> None:
    each, asked = made("step")
    assert isinstance(each, Automatic)
    each.show(None)
    assert not each.row.visible
    each.found = 0.0123456
    each.automatic.value = False
    assert asked == [("operator.step", 0.0123)]
    each.show(0.0123)
    assert each.row.visible
    each.automatic.value = True
    assert asked[-1] == ("operator.step", None)


@pytest.mark.parametrize("bounds", [Range(0, 1), Range(1, 5000, log=True), Range(1, 180)])
@pytest.mark.parametrize("whole", [False, True])
def test_positions_and_values_are_inverse(bounds: Range, whole: bool) -> None:
    scale = SliderScale(bounds, whole)
    for share in (0, 0.2, 0.5, 0.9, 1):
        value = scale.value(scale.start + share * (scale.end - scale.start))
        assert bounds.admits(value) or whole
        assert scale.value(scale.position(value)) == value
    assert isinstance(scale.value(scale.end), int) is whole


def test_values_are_written_as_people_type_them() -> None:
    assert [written(v) for v in (2.0, 0.1 + 0.2, 7, (0.0, 90.0))] == ["2", "0.3", "7", "0, 90"]


def test_wishes_come_ten_times_a_second_and_the_last_one_counts() -> None:
    now, granted = [0.0], []
    throttle = Throttle(lambda path, value: granted.append((path, value)), clock=lambda: now[0])
    for value in range(5):
        throttle.ask("prior.weight", value)
    assert granted == [("prior.weight", 0)]
    throttle.flush()
    assert len(granted) == 1
    now[0] = 0.11
    throttle.flush()
    throttle.flush()
    assert granted == [("prior.weight", 0), ("prior.weight", 4)]


def test_the_slider_of_a_step_is_green_as_far_as_it_is_safe() -> None:
    each, _ = made("step")
    assert isinstance(each, Automatic)
    each.shade(10 ** ((math.log10(1e-6) + math.log10(10)) / 2))
    assert "0 50.0%" in each.slider.sx["& .MuiSlider-rail"]["background"]
    each.shade(None)
    assert "& .MuiSlider-rail" not in each.slider.sx


def test_a_slider_has_two_hundred_places_or_one_for_each_whole_number() -> None:
    linear, whole, decades = (
        SliderScale(Range(-1, 3)),
        SliderScale(Range(1, 180), True),
        SliderScale(Range(1, 1000, log=True), True),
    )
    assert (linear.start, linear.end, linear.step) == (-1, 3, pytest.approx(0.02))
    assert whole.step == 1
    assert (decades.start, decades.end, decades.step) == (0, pytest.approx(3), pytest.approx(0.015))
    assert [linear.value(p) for p in (0.123456, 7.0, -9.0)] == [0.123, 3, -1]
    assert [decades.value(p) for p in (1.5, 9.0, -9.0)] == [32, 1000, 1]
    assert [linear.position(v) for v in (0.5, 7.0, -9.0)] == [0.5, 3, -1]
    assert decades.position(1e6) == pytest.approx(3)
    assert written(1234567.0) == "1.23457e+06"
    assert written(0.123456789) == "0.123457"
