"""Parts in parts chosen on the page: the menu and its controls, the address that says them, the calls they cost."""

import threading
import time

import pytest

from workbench import catalog
from workbench.algorithms import DPS, PDHG, PreconditionedCG, PreconditionedGradient
from workbench.algorithms.base import Algorithm
from workbench.app.main import Workbench
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.member_menu import MemberMenu
from workbench.app.toolkit.widgets import Number
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.address import from_address
from workbench.live.session import Session
from workbench.operators import Composition, FourierMask, GaussianBlur, Identity, Stack
from workbench.parameters import describe
from workbench.paths import Form
from workbench.priors import MagnitudeOf, PartsOf, ScorePrior, Sum, Tikhonov, TotalVariation

SIDE = 32
SHAPE = (1, SIDE, SIDE)


def made(**parts) -> Workbench:
    usual = {"operator": GaussianBlur(SHAPE), "prior": TotalVariation(), "algorithm": PDHG(), "steps": 20}
    return Workbench(Session(Experiment(truth=Shipped("camera", SIDE), **(usual | parts))))


def controls(app: Workbench) -> dict:
    return {path: each for section in app.choices.sections.values() for path, each in section.controls.items()}


def menu(app: Workbench, path: str) -> MemberMenu:
    found = controls(app)[path]
    assert isinstance(found, MemberMenu)
    return found


def rested(app: Workbench) -> None:
    """The hand rests long enough for the next wish to be granted at once."""
    time.sleep(0.11)
    app.choices.throttle.flush()


CHOSEN = [
    ({"prior": Sum()}, "prior.second", "NonNegative", ()),
    ({"prior": Sum()}, "prior.first", "Tikhonov", ("prior.first.weight",)),
    ({"prior": MagnitudeOf(), "operator": FourierMask(SHAPE)}, "prior.prior", "L1", ("prior.prior.weight",)),
    ({"prior": PartsOf(), "operator": FourierMask(SHAPE)}, "prior.prior", "Tikhonov", ("prior.prior.weight",)),
    ({"operator": Composition()}, "operator.outer", "Radon", ("operator.outer.angles",)),
    ({"operator": Composition()}, "operator.inner", "Downsample", ("operator.inner.factor",)),
    ({"operator": Stack()}, "operator.first", "GaussianBlur", ("operator.first.width",)),
    ({"operator": Stack()}, "operator.second", "Mask", ()),
    ({"prior": ScorePrior(), "algorithm": DPS()}, "algorithm.schedule", "CosineVP", ()),
    ({"prior": ScorePrior(), "algorithm": DPS()}, "algorithm.sampler", "ReverseSDE", ()),
    ({"prior": Tikhonov(), "algorithm": PreconditionedCG()}, "algorithm.preconditioner", "Chebyshev",
     ("algorithm.preconditioner.degree",)),
    ({"prior": Tikhonov(), "algorithm": PreconditionedGradient()}, "algorithm.preconditioner", "Diagonal", ()),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "path", "name", "shown"), CHOSEN, ids=[f"{c[1]}={c[2]}" for c in CHOSEN])
def test_a_part_in_a_part_is_chosen_on_the_page_and_kept_by_the_address(parts, path, name, shown):
    app = made(**parts)
    before = menu(app, path)
    assert name in before.select.options.values() and name not in before.select.disabled_options
    rested(app)
    before.select.value = name
    assert not app.session.errors
    assert type(app.session.form.at(path)).__name__ == name
    assert menu(app, path) is before, "the menu stays in the hand that chose"
    assert set(shown) <= set(controls(app))
    again = from_address(app.session.address())
    assert describe(again) == describe(app.session.experiment)
    assert f"{path}={name}" in app.session.address()
    app.session.close()


def test_a_slider_in_a_part_of_a_part_moves_the_run_and_the_address():
    app = made(prior=Sum())
    rested(app)
    menu(app, "prior.second").select.value = "Sum"
    rested(app)
    menu(app, "prior.second.second").select.value = "Tikhonov"
    weight = controls(app)["prior.second.second.weight"]
    assert isinstance(weight, Number)
    rested(app)
    weight.typed.value = "0.25"
    assert app.session.form.at("prior.second.second.weight") == 0.25
    assert "prior.second.second.weight=0.25" in app.session.address()
    app.session.travel(app.session.address().replace("0.25", "0.75"))
    app.choices.refresh()
    assert weight.typed.value == "0.75"
    app.session.travel("truth=camera&truth.size=32&prior=L1")
    app.choices.refresh()
    assert not [path for path in controls(app) if path.startswith("prior.second")]
    app.session.close()


def test_what_is_wrong_in_a_part_of_a_part_is_said_beside_its_control():
    app = made(prior=Sum(), operator=Composition(Identity(SHAPE), Identity(SHAPE)))
    weight = controls(app)["prior.first.weight"]
    rested(app)
    weight.typed.value = "heavy"
    assert weight.complaint is not None and "a number" in weight.complaint.sentence
    rested(app)
    outer = menu(app, "operator.outer")
    outer.select.value = "Abel"
    assert outer.complaint is not None and "axes in space" in outer.complaint.sentence
    rested(app)
    outer.select.value = "GaussianBlur"
    assert not outer.complaint.sentence and app.session.form.at("operator.outer").in_shape == SHAPE
    app.session.close()


def test_members_that_cannot_stand_in_a_part_are_greyed_with_the_reason():
    app = made(prior=MagnitudeOf(), operator=FourierMask(SHAPE))
    select = menu(app, "prior.prior").select
    assert "Sobolev" in select.disabled_options and "L1" not in select.disabled_options
    label = next(label for label, name in select.options.items() if name == "Sobolev")
    assert label.startswith("Sobolev: wanted a prior with a denoiser")
    assert len(select.options) == len(catalog.members("prior")), "no reason hides another"
    app.session.close()


def test_a_slider_asks_no_other_member_whether_it_fits(monkeypatch):
    app = made()
    asked, honest, here = [], Algorithm.unmet, threading.get_ident()

    def unmet(algorithm, problem):
        if threading.get_ident() == here:  # the runner asks too, when it takes a change up
            asked.append(type(algorithm))
        return honest(algorithm, problem)

    monkeypatch.setattr(Algorithm, "unmet", unmet)
    for path, value in [("prior.weight", 7.0), ("operator.width", 1.5), ("noise.sigma", 0.1), ("steps", 30)]:
        asked.clear()
        assert app.session.set(path, value) == ""
        app.choices.refresh()
        assert set(asked) <= {PDHG} and len(asked) <= 2, path  # what runs is asked whether it can go on
    asked.clear()
    app.session.set("prior", "L1")
    app.choices.refresh()
    assert len(set(asked)) > 20, "another prior is another question"
    app.session.close()


def test_a_control_comes_to_the_page_with_its_value():
    """One that came before it would lose what a person types the moment it is there."""
    form = Form(Sum())
    panel = FormPanel(form, lambda path, value: None)
    came = []

    def seen(event):
        came.append({path: c.typed.value for path, c in panel.controls.items() if isinstance(c, Number)})

    panel.element.param.watch(seen, "objects")
    panel.refresh(form.taking("second", "Box").taking("second.low", -1.0))
    assert [values["second.low"] for values in came] == ["-1"]
