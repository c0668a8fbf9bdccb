"""What can be set of an object and of the objects in it."""

import pytest
import torch

from workbench.algorithms import FISTA, PreconditionedCG
from workbench.experiment import Experiment
from workbench.operators import Composition, Downsample, GaussianBlur, Radon, Stack
from workbench.parameters import Checked, describe
from workbench.paths import NONE, Form, Reasons, at
from workbench.preconditioners import Chebyshev, Circulant
from workbench.priors import L1, AffineConstraint, Box, MagnitudeOf, Sum, Tikhonov, TotalVariation
from workbench.refusal import Refusal

IMAGE = (1, 16, 16)


def paths(form: Form, *below: str) -> list[str]:
    return [entry.path for entry in form.entries(*below)]


def test_entries_are_arguments_by_path_an_object_before_its_own():
    form = Form(Sum(Tikhonov(), Sum(Box(), L1())))
    assert paths(form) == [
        "first", "first.weight", "second", "second.first", "second.first.low", "second.first.high", "second.second",
        "second.second.weight",
    ]  # fmt: skip
    assert paths(form, "second.first", "first.weight") == [
        "second.first", "second.first.low", "second.first.high", "first.weight"
    ]  # fmt: skip
    assert [entry.inside for entry in form.entries("first")] == [True, False]


def test_a_value_a_text_and_a_member_are_taken_at_a_path_and_the_form_stays():
    form = Form(Sum(TotalVariation(3.0)))
    before = describe(form.root)
    chosen = form.taking("second", "Box").taking("second.low", "-1").taking("second.high", 2.0)
    assert describe(chosen.root) == describe(Sum(TotalVariation(3.0), Box(-1.0, 2.0)))
    assert describe(form.root) == before
    assert chosen.at("second.low") == -1 == at(chosen.root, "second.low")
    kept = chosen.taking("second", "Box")
    assert kept.at("second.high") == 2.0, "the member that is there already keeps what was set"
    assert describe(form.taking("second", L1(7.0)).root) == describe(Sum(TotalVariation(3.0), L1(7.0)))


def test_operators_follow_the_signal_wherever_they_stand():
    form = Form(Experiment().fitted(IMAGE), IMAGE)
    chain = form.taking("operator", "Composition").taking("operator.inner", "Downsample")
    chain = chain.taking("operator.outer", "Radon").taking("operator.outer.angles", "7")
    assert describe(chain.root.operator) == describe(Composition(Radon((1, 8, 8), 7), Downsample(IMAGE)))
    finer = chain.taking("operator.inner.factor", 4).root.operator
    assert describe(finer) == describe(Composition(Radon((1, 4, 4), 7), Downsample(IMAGE, 4)))
    stack = Form(Stack().fitted(IMAGE), IMAGE).taking("second", GaussianBlur((1, 8, 8), 3.0)).root
    assert stack.second.in_shape == IMAGE and stack.second.width == 3.0


def test_what_may_be_absent_can_be_chosen_and_left_out_again():
    form = Form(AffineConstraint(), IMAGE)
    assert next(iter(form.members("operator"))) == NONE
    there = form.taking("operator", "GaussianBlur").taking("operator.width", 2)
    assert there.at("operator.width") == 2.0 and there.at("operator").in_shape == IMAGE
    assert there.taking("operator", NONE).at("operator") is None


def test_members_are_those_of_the_catalogue_or_of_the_menu():
    form = Form(PreconditionedCG())
    assert list(form.members("preconditioner")) == ["Chebyshev", "Circulant", "Diagonal", "SymmetricPolynomial"]
    own = Form(PreconditionedCG(), menus={"preconditioner": {"plain": Circulant, "polynomial": Chebyshev}})
    assert list(own.members("preconditioner")) == ["plain", "polynomial"]
    assert isinstance(own.taking("preconditioner", "polynomial").at("preconditioner"), Chebyshev)
    assert "did you mean plain" in own.wrong("preconditioner", "plane")
    assert not Form(L1()).members("weight"), "a number is given, not chosen"


class Own(Tikhonov):
    """A prior that no catalogue knows."""


def test_a_member_of_ones_own_is_offered_where_it_stands():
    assert Form(MagnitudeOf(Own())).members("prior")["Own"] is Own
    assert "Own" not in Form(MagnitudeOf()).members("prior")


@pytest.mark.parametrize(
    ("path", "said", "sentence"),
    [
        ("second", "Bix", "did you mean Box"),
        ("secnd", "Box", "did you mean second"),
        ("first.weight", "heavy", "a number"),
        ("first.weight", -1.0, "weight"),
        ("first.weight.low", 1.0, "weight.low"),
        ("second", GaussianBlur(), "a Prior for Sum.second"),
        ("second.low", 0.0, "a parameter of L1"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(path, said, sentence):
    wrong = Form(Sum()).wrong(path, said)
    assert wrong.startswith("wanted") and sentence in wrong and len(wrong) <= 400
    with pytest.raises(Refusal):
        Form(Sum()).taking(path, said)


def test_where_nothing_is_there_is_nothing_to_read():
    with pytest.raises(Refusal, match="a parameter of Sum"):
        Form(Sum()).at("third")
    with pytest.raises(Refusal, match="a parameter of float"):
        Form(Sum()).at("first.weight.low")
    with pytest.raises(Refusal, match="NoneType"):
        Form(AffineConstraint()).at("operator.width")


class Mixed(metaclass=Checked):
    def __init__(self, scale: float | Box = 1.0, word: str = "", few: tuple[float, ...] = ()) -> None:
        self.scale, self.word, self.few = scale, word, few


def test_an_argument_that_takes_an_object_or_a_number_takes_both():
    form = Form(Mixed())
    assert form.taking("scale", "2.5").at("scale") == 2.5
    assert isinstance(form.taking("scale", "Box").at("scale"), Box)
    assert form.taking("scale", "Box").taking("scale", 3.0).at("scale") == 3.0


def test_the_outline_tells_of_all_but_numbers():
    form = Form(Sum())
    assert form.outline == form.taking("first.weight", 9.0).outline
    for path, said in [("first.isotropic", False), ("second", "Box"), ("second", "Sum")]:
        assert form.outline != form.taking(path, said).outline
    mixed = Form(Mixed())
    assert mixed.outline != mixed.taking("word", "a").outline
    assert mixed.outline != mixed.taking("few", (1.0,)).outline
    assert mixed.taking("few", (1.0,)).outline == mixed.taking("few", (2.0,)).outline
    assert Form(FISTA()).outline != Form(FISTA(step_size=0.5)).outline, "found, or given"


def test_reasons_are_asked_again_only_when_more_than_a_number_changes():
    asked = []

    def why(form: Form, path: str, name: str) -> str:
        asked.append(name)
        return form.wrong(path, name)

    reasons, form = Reasons(why), Form(MagnitudeOf(), IMAGE)
    found = reasons.at(form, "prior")
    assert found["L1"] == "" and "Sobolev" in found["Sobolev"]
    count = len(asked)
    assert count == len(found) > 10
    assert reasons.at(form.taking("prior.weight", 5.0), "prior") is found
    assert len(asked) == count
    reasons.at(form, "prior", torch.Size([2]))
    assert len(asked) == 2 * count
    reasons.at(form.taking("prior", "L1"), "prior", torch.Size([2]))
    assert len(asked) == 3 * count


def test_operators_are_not_built_to_tell_whether_they_fit():
    form = Form(Stack().fitted(IMAGE), IMAGE)
    found = Reasons(lambda *args: pytest.fail("built")).at(form, "first")
    assert not any(found.values()) and "GaussianSensing" in found
    assert "axes in space" in form.wrong("first", "Abel"), "which one learns by choosing it"
