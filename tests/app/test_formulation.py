"""The formula of what is solved: made of the objects, each part with the path of its control."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from workbench import catalog
from workbench.algorithms import MALA, PDHG, RED, FilteredBackprojection
from workbench.app.run.formulation_bar import FormulationBar
from workbench.example_scans import example
from workbench.experiment import Experiment
from workbench.live.formulation import Formulation, stated
from workbench.live.session import Session
from workbench.live.wished import form_of
from workbench.noise import ConcomitantGaussian, Poisson
from workbench.operators import Clipping, GaussianBlur, Identity, Radon
from workbench.parametrisations import Direct, Hadamard
from workbench.priors import (
    L1,
    Box,
    GraphSmoothness,
    MagnitudeOf,
    OnUnknown,
    ScorePrior,
    Sum,
    Tikhonov,
    TotalVariation,
    Zero,
)


def seen(found: Formulation) -> str:
    """The characters of the formula, in their order."""
    return re.sub(r"\s", "", "".join(ElementTree.fromstring(found.mathml).itertext()))


def drawn(found: Formulation, path: str) -> set[str]:
    """What stands for the term of that path."""
    number = next(str(i) for i, term in enumerate(found.terms) if term.path == path)
    parts = ElementTree.fromstring(found.mathml).iterfind(f".//*[@data-term='{number}']")
    return {"".join(part.itertext()) for part in parts}


def test_least_squares_and_total_variation(small: Experiment) -> None:
    found = stated(small)
    assert seen(found) == "|Ax−y|22σ2+w∑i|(Dx)i|byADMM"
    assert found.verb == "Minimise over x"
    assert [t.path for t in found.terms] == [
        "noise", "operator", "truth", "noise.sigma", "prior", "prior.weight", "algorithm"
    ]  # fmt: skip
    assert drawn(found, "operator") == {"A"} and drawn(found, "noise.sigma") == {"σ"}
    assert drawn(found, "prior") == {"w∑i|(Dx)i|"} and drawn(found, "prior.weight") == {"w"}
    assert found.words == (
        "Minimise over x the misfit of Gaussian of sigma 0.05 between A x, A the GaussianBlur of width 2, "
        "and the data y, plus TotalVariation of weight 10, by ADMM."
    )
    other = stated(replace(small, prior=TotalVariation(3.0)))
    assert "prior: TotalVariation of weight 3" in [term.words for term in other.terms]


def test_what_a_term_equals_explains_it(small: Experiment) -> None:
    found = stated(replace(small, noise=ConcomitantGaussian(), prior=GraphSmoothness(3.0), algorithm=PDHG()))
    assert seen(found).startswith("Ns0|Ax−y|+w2∑(i,j)eij|xi−xj|2with") and seen(found).endswith("byPDHG")
    assert "Ns0|Ax−y|=mins|Ax−y|2/s+Ns2s0" in seen(found) and "|xi−xj|2=w2⟨x,Lx⟩" in seen(found)
    assert len(drawn(found, "prior.weight")) == 1 and drawn(found, "operator") == {"A"}


def test_a_sum_is_taken_apart_and_a_set_is_a_constraint(small: Experiment) -> None:
    inner = Sum(Tikhonov(2.0), Box(0.0, 0.5))
    found = stated(replace(small, noise=Poisson(50.0), prior=Sum(TotalVariation(3.0), inner), algorithm=PDHG()))
    assert seen(found) == ("peak∑i(ui−yilogui)+w∑i|(Dx)i|+w2|x|2wherelow≤xi≤highwithu=Ax+backgroundbyPDHG")
    weights = [term for term in found.terms if term.path.endswith(".weight")]
    assert [(t.path, t.words) for t in weights] == [
        ("prior.first.weight", "weight 3"), ("prior.second.first.weight", "weight 2")
    ]  # fmt: skip
    assert drawn(found, "prior.second.second.high") == {"high"}
    assert drawn(found, "truth") == {"y"}, "an entry y_i of the data is of the data, too"
    assert "plus Tikhonov of weight 2 within Box of low 0 and high 0.5" in found.words


def test_a_prior_in_a_prior_an_operator_that_is_not_linear_and_another_unknown(small: Experiment) -> None:
    nested = stated(replace(small, prior=MagnitudeOf(TotalVariation(4.0)), algorithm=PDHG()))
    assert seen(nested).endswith("+h(|x|)withh(x)=w∑i|(Dx)i|byPDHG")
    assert drawn(nested, "prior.prior") == {"h"} and drawn(nested, "prior.prior.weight") == {"w"}
    assert seen(stated(replace(small, operator=Clipping((1, 32, 32))))).startswith("|A(x)−y|2")
    other = stated(replace(small, parametrisation=Hadamard((1, 32, 32)), algorithm=PDHG()))
    assert other.verb == "Minimise over u" and drawn(other, "parametrisation")


def test_priors_in_priors_have_letters_of_their_own(small: Experiment) -> None:
    """Every one was called h, and a sum inside was g_1 + g_2, whose weights no click reached."""
    blind = stated(example("blind_deblurring"))
    assert "+hkernel(ukernel)+himage(uimage)withx=φ(u),hkernel(x)=w2|x|2wherex≥0," in seen(blind)
    assert seen(blind).count("x=φ(u)") == 1 and "himage(x)=w∑i|(Dx)i|" in seen(blind)
    assert drawn(blind, "prior.first.prior.second.weight") == {"w"}
    assert "plus OnUnknown of block image and prior TotalVariation of weight 20" in blind.words
    twice = Sum(MagnitudeOf(TotalVariation(4.0)), MagnitudeOf(OnUnknown(L1(), "weight_0")))
    assert seen(stated(replace(small, prior=twice, algorithm=PDHG()))).endswith(
        "+h(|x|)+h′(|x|)withh(x)=w∑i|(Dx)i|,h′(x)=hweight0(uweight0),x=φ(u),hweight0(x)=w∑i|xi|byPDHG"
    )


def test_samplers_draw_and_fixed_points_are_found(small: Experiment) -> None:
    smooth = replace(small, prior=Tikhonov())
    assert stated(replace(smooth, algorithm=MALA())).verb == "Draw x with −log density"
    found = stated(replace(small, prior=ScorePrior(), algorithm=RED()))
    assert found.verb == "Find x from" and seen(found) == "y≈AxwithnoiseGaussianandScorePriorbyRED"
    assert [t.path for t in found.terms] == ["noise", "operator", "truth", "prior", "algorithm"]


def test_a_formula_of_the_data_alone_names_no_prior_and_no_misfit(small: Experiment) -> None:
    scan = Experiment(small.source, Radon((1, 32, 32), 9), algorithm=FilteredBackprojection())
    assert seen(stated(scan)) == "y≈AxwithnoiseGaussianbyFilteredBackprojection"
    assert stated(scan).words == (
        "Find x from the data y, A x with noise of Gaussian of sigma 0.05, A the Radon, by FilteredBackprojection."
    )


def test_no_prior_is_no_term(small: Experiment) -> None:
    assert seen(stated(replace(small, prior=Zero(), algorithm=PDHG()))) == "|Ax−y|22σ2byPDHG"
    found = stated(replace(small, prior=Sum(Zero(), Tikhonov(2.0)), algorithm=PDHG()))
    assert seen(found) == "|Ax−y|22σ2+w2|x|2byPDHG" and "Zero" not in found.words


@pytest.mark.parametrize("kind", ["operator", "noise", "prior", "algorithm", "parametrisation"])
def test_every_member_has_its_place_in_the_formula(small: Experiment, kind: str) -> None:
    """Terms lead to what can be set, each is drawn, and nothing is left of TeX."""
    for name, cls in catalog.members(kind).items():
        member = cls()
        operator = Identity(member.out_shape) if kind == "parametrisation" else GaussianBlur((1, 32, 32))
        experiment = Experiment(**({"algorithm": PDHG(), "operator": operator} | {kind: member}))
        found, form = stated(experiment), form_of(experiment)
        kinds = {term.path.partition(".")[0] for term in found.terms}
        assert "\\" not in found.mathml and (kind in kinds or cls in (Direct, Zero)), name
        for number, term in enumerate(found.terms):
            assert term.path == "truth" or form.there(term.path), (name, term)
            assert f'data-term="{number}"' in found.mathml, (name, term)


def test_a_weight_in_a_formula_is_a_term(small: Experiment) -> None:
    """Else the slider that everybody asks for would not light up."""
    lacking = []
    for name, cls in catalog.members("prior").items():
        paths = {t.path for t in stated(replace(small, prior=cls(), algorithm=PDHG())).terms}
        if hasattr(cls(), "weight") and "g(x) = " in cls.formula and "prior.weight" not in paths:
            lacking.append(name)
    assert not lacking


def test_the_bar_follows_and_draws_the_member_that_is_looked_at(session: Session) -> None:
    bar, sent = FormulationBar(session), []
    bar._send_msg = sent.append
    session.set("prior", "Sum")
    session.set("prior.second", "NonNegative")
    bar.refresh()
    assert [t["path"] for t in bar.terms][-3:] == ["prior.first.weight", "prior.second", "algorithm"]
    for path in ("prior.third", "prior.first.weight", "prior.second"):
        bar._handle_msg({"path": path})
    while not sent:
        bar.beat()
    assert sent[0]["path"] == "prior.second" and sent[0]["picture"].startswith("data:image/png")
    assert "<math" in sent[0]["formula"]
    session.set("prior", "Tikhonov")
    bar._handle_msg({"path": "prior.second"})  # a click on what was there before
    bar.close()
