"""Objects inside objects by dotted paths."""

import pytest

from workbench import catalog
from workbench.algorithms import DPS, PreconditionedCG
from workbench.algorithms.diffusion import CosineVP
from workbench.operators import Composition, Downsample, GaussianBlur, Identity, Radon, Stack
from workbench.parameters import describe, parameters
from workbench.paths import altered, built, fitting, own_parameters, spoken
from workbench.preconditioners import Chebyshev
from workbench.priors import AffineConstraint, Box, MagnitudeOf, NonNegative, Sum, Tikhonov, TotalVariation
from workbench.refusal import Refusal

IMAGE, LINE = (1, 16, 16), (1, 16)


@pytest.mark.parametrize(
    ("start", "words", "made"),
    [
        (Sum(), {"second": "NonNegative"}, Sum(second=NonNegative())),
        (Sum(), {"first": "TotalVariation", "first.weight": "5"}, Sum(first=TotalVariation(5.0))),
        (Sum(TotalVariation(3.0)), {"first.weight": "5"}, Sum(TotalVariation(5.0))),
        (Sum(), {"second": "Sum", "second.second": "Box", "second.second.low": "-1"}, Sum(second=Sum(second=Box(-1)))),
        (MagnitudeOf(), {"prior": "Tikhonov", "prior.weight": "2"}, MagnitudeOf(Tikhonov(2.0))),
        (DPS(), {"schedule": "CosineVP"}, DPS(schedule=CosineVP())),
        (
            PreconditionedCG(),
            {"preconditioner": "Chebyshev", "preconditioner.degree": "3"},
            PreconditionedCG(Chebyshev(3)),
        ),
        (AffineConstraint(), {"operator": "Downsample"}, AffineConstraint(Downsample(IMAGE))),
        (AffineConstraint(Downsample(IMAGE)), {"operator": "none"}, AffineConstraint(None)),
    ],
)
def test_words_make_the_object_and_the_object_its_words(start, words, made):
    found = altered(start, words, IMAGE)
    assert describe(found) == describe(made)
    assert describe(altered(start, strip(spoken(found, start, "part")), IMAGE)) == describe(found)


def strip(words: dict[str, str]) -> dict[str, str]:
    return {path.removeprefix("part."): text for path, text in words.items()}


def test_operators_in_operators_are_built_for_the_signal():
    chain = built(
        Composition, {"outer": "Radon", "outer.angles": "7", "inner": "Downsample", "inner.factor": "2"}, IMAGE
    )
    assert describe(chain) == describe(Composition(Radon((1, 8, 8), 7), Downsample(IMAGE, 2)))
    stack = built(Stack, {"first": "GaussianBlur", "first.width": "2"}, IMAGE)
    assert describe(stack) == describe(Stack(GaussianBlur(IMAGE, 2.0), Identity(IMAGE)))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"secnd": "Box"}, "did you mean second"),
        ({"second": "Bix"}, "did you mean Box"),
        ({"second": "GaussianBlur"}, "Prior for Sum.second"),
        ({"second.low": "0"}, "a parameter of"),
        ({"first.weight.low": "0"}, r"weight\.low"),
        ({"first.weight": "heavy"}, "heavy"),
    ],
)
def test_what_the_words_say_wrong_is_said(words, sentence):
    with pytest.raises(Refusal, match=sentence):
        altered(Sum(TotalVariation(), Tikhonov()), words, IMAGE)


def test_an_object_that_is_not_there_has_no_parameters():
    with pytest.raises(Refusal, match=r"AffineConstraint\.operator=NAME"):
        altered(AffineConstraint(None), {"operator.width": "3"}, IMAGE)


OBJECTS = [
    pytest.param(cls, p, id=f"{cls.__name__}.{p.name}")
    for kind in catalog.KINDS | catalog.BESIDES
    for cls in catalog.members(kind).values()
    for p in parameters(cls)
    if p.objects
]


def buildable(cls, shape) -> bool:
    """Whether its usual objects are for such signals: a window slides along lines alone."""
    try:
        built(cls, {}, shape)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize(("cls", "parameter"), OBJECTS)
def test_every_object_in_an_object_can_be_chosen_by_its_name(cls, parameter):
    """The law of dotted paths, over the catalogue: what an argument takes can be said, and is said back."""
    names = [n for n, c in fitting(parameter).items() if c is not cls]
    usual = type(parameter.default).__name__
    assert usual in names or parameter.default is None or type(parameter.default) is cls or not names
    tried, shape = 0, IMAGE if buildable(cls, IMAGE) else LINE
    for name in names:
        try:
            made = built(cls, {parameter.name: name}, shape)
        except Refusal:
            continue  # some members do not go together: a projection in a projection, a transform of lines
        tried += 1
        assert type(getattr(made, parameter.name)).__name__ == name
        assert own_parameters(cls)[parameter.name].objects
        words = strip(spoken(made, built(cls, {}, shape), "part"))
        assert describe(built(cls, words, shape)) == describe(made)
    assert tried or not names
