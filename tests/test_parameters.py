"""One signature, every reader: what arguments take, descriptions, code."""

import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

import numpy as np
import pytest
import torch

from workbench import catalog, operators
from workbench.data import Array, Measured
from workbench.parameters import (
    Checked,
    Range,
    arrays_of,
    as_code,
    called,
    changed,
    describe,
    name_of,
    parameters,
    rebuild,
    resolve,
    told,
    undescribed,
)
from workbench.refusal import LONGEST, Refusal


@dataclass(frozen=True)
class Part(metaclass=Checked):
    weight: Annotated[float, Range(0.1, 10, log=True, unit="px", limits=(0, 100)), "weight of the part"] = 1.0


@dataclass(frozen=True)
class Whole(metaclass=Checked):
    count: Annotated[int, Range(1, 9), "how many"] = 3
    way: Annotated[Literal["up", "down"], "which way"] = "up"
    step: Annotated[float | None, Range(1e-6, 2), "step"] = None
    angles: Annotated[int | tuple[float, ...], Range(1, 180), "number or values"] = 60
    flag: bool = False
    name: str = ""
    part: Part = Part()
    parts: tuple[Part, ...] = ()
    function: Callable[[float], float] = math.sqrt


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ({"count": np.int64(4)}, 4),
        ({"way": "down"}, "down"),
        ({"step": 1}, 1.0),
        ({"step": np.float32(0.5)}, 0.5),
        ({"step": Fraction(1, 4)}, 0.25),
        ({"step": None}, None),
        ({"angles": 7}, 7),
        ({"angles": [1, 2.5]}, (1.0, 2.5)),
        ({"flag": True}, True),
        ({"parts": [Part(2), Part()]}, (Part(2.0), Part())),
        ({"function": math.exp}, math.exp),
    ],
)
def test_arguments_are_stored_in_the_declared_type(values, stored):
    found = getattr(Whole(**values), next(iter(values)))
    assert found == stored
    assert type(found) is type(stored)


@pytest.mark.parametrize(
    "values",
    [
        {"count": 0},
        {"count": 10},
        {"count": 2.0},
        {"count": True},
        {"count": "3"},
        {"way": "left"},
        {"way": None},
        {"step": 0.0},
        {"step": math.nan},
        {"step": math.inf},
        {"step": 10**400},
        {"step": True},
        {"step": "1"},
        {"angles": 2.5},
        {"angles": (1, math.nan)},
        {"angles": (1, 200)},
        {"angles": "12"},
        {"flag": 1},
        {"name": 3},
        {"part": 1.0},
        {"parts": (Part(), 1)},
        {"function": 2},
    ],
)
def test_other_values_are_refused_by_name(values):
    with pytest.raises(Refusal) as refusal:
        Whole(**values)
    (name,) = values
    assert f"Whole.{name}" in refusal.value.wanted
    assert refusal.value.came == told(values[name])
    assert refusal.value.remedy


def test_a_refusal_says_what_is_taken():
    wanted = "a number of 0 to 100 px for Part.weight (weight of the part)"
    sentence = f"{wanted}, got 200: leave it out for the default, 1.0"
    with pytest.raises(Refusal, match=re.escape(sentence)):
        Part(200)
    with pytest.raises(Refusal, match=r"a whole number or a list of numbers of 1 to 180 for Whole\.angles"):
        Whole(angles=0)
    with pytest.raises(Refusal, match=r"'up' or 'down' for Whole\.way"):
        Whole(way="left")
    with pytest.raises(Refusal, match=r"\(or nothing\)"):
        Whole(step=-1.0)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Part(wieght=1), "parameters of Part, got wieght: it takes weight"),
        (lambda: Part(1, 2), "parameters of Part, got 2 values"),
        (lambda: Part(1, weight=2), "got weight twice"),
        (lambda: operators.PeriodicConvolution((1, 4)), "got no kernel"),
    ],
)
def test_arguments_that_do_not_exist_or_are_missing(build, sentence):
    with pytest.raises(Refusal, match=sentence):
        build()


def test_a_slider_may_be_narrower_than_what_is_accepted():
    (weight,) = parameters(Part)
    assert (weight.range.low, weight.range.high, weight.unit) == (0.1, 10, "px")
    assert Part(100).weight == 100
    assert Part(0).weight == 0


def test_signature_is_read_in_order():
    read = {p.name: p for p in parameters(Whole)}
    assert list(read)[:3] == ["count", "way", "step"]
    assert read["way"].choices == ("up", "down")
    assert read["step"].optional
    assert not read["count"].optional
    assert read["count"].meaning == "how many"
    assert read["angles"].kinds == (int, tuple[float, ...])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "4", 4),
        ("way", "down", "down"),
        ("step", "auto", None),
        ("step", "1e-3", 1e-3),
        ("angles", "12", 12),
        ("angles", "1.5, 90", (1.5, 90.0)),
        ("flag", "yes", True),
    ],
)
def test_text_reads_as_the_declared_type(name, text, value):
    parameter = {p.name: p for p in parameters(Whole)}[name]
    assert parameter.parse(text, "Whole") == value
    with pytest.raises(Refusal, match=name):
        parameter.parse("x?", "Whole")


def test_descriptions_are_plain_json_and_rebuild():
    for made in (
        Part(2.5),
        operators.Radon((2, 8, 8), (0.0, 30.5)),
        operators.Scaled(operators.GaussianBlur((1, 4, 4), 2) @ operators.Mask((1, 4, 4)), -2),
    ):
        description = describe(made)
        again = rebuild(json.loads(json.dumps(description, allow_nan=False)))
        assert type(again) is type(made)
        assert describe(again) == description


def test_what_has_no_description_is_named_and_not_rebuilt():
    description = describe(Whole())
    assert description["function"] == {"undescribed": "builtin_function_or_method sqrt"}
    assert list(undescribed(description)) == ["function (builtin_function_or_method sqrt)"]
    with pytest.raises(Refusal, match="sqrt"):
        rebuild(description)


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "Radon",
        "os.system",
        "operators.Nothing",
        "operators.base.Checked",
        "operators.shown",
        "..x",
        "os.path",
    ],
)
def test_only_public_classes_are_rebuilt(path):
    with pytest.raises(Refusal, match="public class"):
        rebuild({"type": path})


def test_abstract_classes_are_not_rebuilt():
    with pytest.raises(Refusal, match="public class"):
        resolve("operators.LinearOperator")


def test_code_leaves_out_defaults():
    assert as_code(operators.GaussianBlur()) == "operators.GaussianBlur()"
    blur = operators.GaussianBlur((1, 8), 2)
    assert as_code(blur) == "operators.GaussianBlur(shape=(1, 8), width=2.0)"
    assert as_code(2.0 * blur) == f"operators.Scaled(operator={as_code(blur)}, factor=2.0)"


def test_changed_copies():
    blur = operators.GaussianBlur((1, 8), 2)
    wider = changed(blur, width=3)
    assert (wider.shape, wider.width, blur.width) == ((1, 8), 3.0, 2.0)


class Loose(operators.LinearOperator):
    """Arguments without annotations, and one by keyword alone."""

    def __init__(self, shape=(1, 4), factor=0.5, *, way="up", maps=None) -> None:
        super().__init__(shape, shape)
        self.shape, self.factor, self.way, self.maps = shape, factor, way, maps

    def forward(self, x):
        return self.factor * x

    def adjoint(self, y):
        return self.factor * y


def test_arguments_without_annotation_take_anything_and_read_as_their_default():
    read = {p.name: p for p in parameters(Loose)}
    assert (read["factor"].parse("2.5", "Loose"), read["way"].parse("down", "Loose")) == (2.5, "down")
    assert Loose((1, 8), way="down").way == "down"
    again = rebuild(describe(Loose(factor=2, maps=(1, 2))))
    assert (again.factor, again.maps, again.shape) == (2, (1, 2), (1, 4))


def test_annotations_inside_a_union_and_of_several_kinds_count():
    class Odd(metaclass=Checked):
        def __init__(
            self,
            step: Annotated[float, Range(0, 1, unit="s"), "a step"] | None = None,
            pair: tuple[float, str] = (1.0, "a"),
            row: list[int] = [],  # noqa: B006
        ) -> None:
            self.step, self.pair, self.row = step, pair, row

    (step, *_) = parameters(Odd)
    assert (step.meaning, step.unit, step.optional) == ("a step", "s", True)
    made = Odd(0.5, [2, "b"], (1, 2))
    assert (made.step, made.pair, made.row) == (0.5, (2.0, "b"), [1, 2])
    for wrong in ({"step": 2.0}, {"pair": (1.0,)}, {"pair": (1.0, 2.0)}, {"row": [1.5]}):
        with pytest.raises(Refusal, match="Odd"):
            Odd(**wrong)


def test_annotations_that_cannot_be_read_are_refused_by_the_name_of_the_class():
    class Unknown(metaclass=Checked):
        def __init__(self, kind: "NoSuchType" = None) -> None:  # noqa: F821
            self.kind = kind

    with pytest.raises(Refusal, match=r"annotations of Unknown.*NoSuchType"):
        Unknown()


@pytest.mark.parametrize("make", [np.array, torch.tensor])
def test_an_array_is_the_list_of_its_numbers_where_numbers_are_taken(make):
    kernel, pairs = ((0.125, 0.25, 0.125), (0.0, 0.5, 0.0625)), ((0, 1), (1, 5), (5, 2))
    given = operators.GraphIncidence((1, 8), make(pairs))
    assert describe(given) == describe(operators.GraphIncidence((1, 8), pairs))
    psf = operators.ConvolutionPSF((1, 8, 8), make(kernel))  # it takes arrays as such
    assert describe(psf)["kernel"]["shape"] == [2, 3]
    assert operators.GaussianBlur((1, 8), make(2.0)).width == 2.0
    with pytest.raises(Refusal, match=r"Mask\.pattern.*an array, 2 x 3"):
        operators.Mask((1, 8, 8), pattern=make(kernel))


def test_arrays_are_described_by_their_values_and_rebuilt_from_those_kept():
    kernel = torch.zeros(4, 6, dtype=torch.float64)
    kernel[0, :2] = torch.tensor([0.75, 0.25])
    made = operators.PeriodicConvolution((1, 4, 6), kernel)
    description = json.loads(json.dumps(describe(made)))
    known = hashlib.sha256(kernel.numpy().tobytes()).hexdigest()
    assert description["kernel"] == {"array": known, "dtype": "float64", "shape": [4, 6], "of": "torch"}
    again = rebuild(description, arrays_of(made))
    assert torch.equal(again.kernel, kernel) and describe(again) == description
    with pytest.raises(Refusal, match="an array, 4 x 6, float64"):
        rebuild(description)
    made.kernel[0, 0] = 0.5
    assert describe(made)["kernel"]["array"] != known, "values written in place are seen"


@pytest.mark.parametrize("make", [lambda v: v, lambda v: v.numpy()], ids=["tensor", "array"])
def test_an_object_keeps_its_arrays_when_the_caller_fills_them_anew(make):
    """What it computes and what describes it were two things: a saved run told of a kernel that no data had seen."""
    x = torch.rand(1, 1, 8, 8, dtype=torch.float64)
    for cls, values in (
        (lambda v: operators.ConvolutionPSF((1, 8, 8), v), torch.full((3, 3), 1 / 9, dtype=torch.float64)),
        (lambda v: operators.Mask((1, 8, 8), pattern=v), torch.ones(8, 8)),
        (lambda v: operators.MultiCoilFourier((1, 8, 8), coils=v), torch.ones(2, 8, 8, dtype=torch.complex128)),
    ):
        buffer = values.clone()
        operator = cls(make(buffer))
        y, told = operator(x + 0 * values.sum()), describe(operator)
        buffer.mul_(0)
        assert torch.equal(operator(x + 0 * values.sum()), y) and describe(operator) == told
    for source in (Measured, Array):
        buffer = torch.rand(1, 8, 8)
        kept, wanted = source(make(buffer)), buffer.clone()
        told = describe(kept)
        buffer.zero_()
        assert torch.equal(kept.loaded().tensor.reshape(wanted.shape), wanted) and describe(kept) == told


def test_an_array_is_copied_once_and_what_is_trained_never():
    mask = torch.ones(8, 8)
    operator = operators.Mask((1, 8, 8), pattern=called(mask, "mask.npy"))
    assert operator.pattern is not mask and name_of(operator.pattern) == "mask.npy"
    assert changed(operator, pattern=operator.pattern).pattern is operator.pattern
    kernel = torch.rand(3, 3, requires_grad=True)
    assert operators.ConvolutionPSF((1, 8, 8), kernel).kernel is kernel


def test_numbers_that_json_has_no_words_for_are_described():
    @dataclass(frozen=True)
    class Wide(metaclass=Checked):
        low: float = -math.inf
        count: int = 1

    description = json.loads(json.dumps(describe(Wide(count=np.int64(3))), allow_nan=False))
    assert description["low"] == {"number": "-inf"} and description["count"] == 3


def test_no_refusal_is_longer_than_a_person_reads():
    long = Refusal("x" * 1000, "y" * 100_000, "z" * 1000)
    assert len(str(long)) <= LONGEST
    assert all(mark in str(long) for mark in ("wanted xx", "got yy", "zz"))
    short = str(Refusal("a number", "'" + "y" * 1000 + "'", "give one"))
    assert len(short) <= LONGEST and short.endswith("give one") and short.startswith("wanted a number")
    assert str(Refusal("a", "b", "c")) == "wanted a, got b: c"


@pytest.mark.parametrize("kind", [*catalog.KINDS, *catalog.BESIDES])
def test_a_slider_offers_nothing_that_is_refused(kind):
    """Its ends and what it stands at first lie within the limits, and a logarithmic one begins above 0."""
    for name, cls in catalog.members(kind).items():
        for p in (p for p in parameters(cls) if p.range is not None):
            low, high = p.range.limits or (p.range.low, p.range.high)
            assert low <= p.range.low < p.range.high <= high and not (p.range.log and p.range.low <= 0), (name, p.name)
            first = p.default if isinstance(p.default, tuple) else (p.default,)
            assert all(p.range.admits(each) for each in first if isinstance(each, int | float)), (name, p.name)
