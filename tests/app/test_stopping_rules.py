"""Runs of the page and of a cell that a stopping rule ends: where a script ends them, until a hand goes on."""

from collections.abc import Iterator

import pytest

from tests.app.test_session import reached, wait
from workbench.algorithms import CGLS, MLEM, Landweber
from workbench.app.run.choices import Choices
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.address import from_address, read_address, to_address
from workbench.live.session import Session
from workbench.noise import Gaussian, Poisson
from workbench.notebook import Workbench
from workbench.operators import GaussianBlur
from workbench.parameters import changed
from workbench.priors import TotalVariation, Zero
from workbench.run import Outcome
from workbench.stopping import Change, Discrepancy, LeastGCV, LeastSURE, Steps

SHAPE = (1, 24, 24)


def early(**parts) -> Experiment:
    chosen = {"noise": Gaussian(0.2), "prior": Zero(), "algorithm": Landweber(), "steps": 200} | parts
    return Experiment(Shipped("coins", 24), GaussianBlur(SHAPE, 1.0), **chosen)


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session(early())
    yield made
    made.close()


RULES = {
    "Landweber by SURE": early(stop=LeastSURE()),
    "Landweber by GCV": early(stop=LeastGCV()),
    "CG by the discrepancy": early(algorithm=CGLS(), stop=Discrepancy(every=1)),
    "MLEM of counts by SURE": early(noise=Poisson(20.0), algorithm=MLEM(), stop=LeastSURE()),
}


@pytest.mark.parametrize("name", RULES)
def test_the_page_ends_a_run_where_a_script_does(name):
    script = RULES[name].run()
    made = Session(RULES[name])
    try:
        made.play()
        frame = wait(made, Status.DONE)
        kept = made.dataset()
    finally:
        made.close()
    assert frame.k == int(script.k[-1]) < 200
    assert frame.message == script.attrs["ended"] == kept.attrs["ended"]
    assert kept.attrs["outcome"] == script.attrs["outcome"] == Outcome.RULE
    assert (kept.x.values == script.x.values).all()


def test_a_hand_goes_on_beyond_the_rule_and_reset_brings_it_back(session):
    assert session.set("stop", "LeastSURE") == ""
    session.play()
    end = wait(session, Status.DONE).k
    assert 1 < end < 200
    session.step(3)
    assert reached(session, end + 3, Status.PAUSED).k == end + 3
    assert session.experiment.stop is None and "stop" not in session.address()
    session.reset()
    assert session.experiment.stop == LeastSURE()
    session.play()
    assert wait(session, Status.DONE).k == end


def test_another_rule_or_setting_begins_a_run_anew_where_the_rule_reads_whole_runs(session):
    session.play()
    reached(session, 200)
    session.set("stop", "LeastSURE")
    before = wait(session, Status.DONE).k
    assert before < 200
    session.set("algorithm.relax", 0.5)
    assert wait(session, Status.DONE).k > before  # half the step, more of them


def test_what_a_rule_cannot_read_is_greyed_refused_and_left(session):
    assert session.reasons("stop")["LeastGCV"] == "" == session.reasons("stop")["none"]
    session.set("stop", "LeastGCV")
    session.set("noise", "Poisson")  # whose variance is not the same everywhere
    assert session.experiment.stop is None and "white noise" in " ".join(session.notes)
    assert "white noise" in session.reasons("stop")["LeastGCV"] and session.reasons("stop")["LeastSURE"] == ""
    assert "white noise" in session.set("stop", "LeastGCV") and session.experiment.stop is None


def test_the_page_offers_rules_and_their_parameters(session):
    choices = Choices(session, lambda: None)
    panel = choices.plain["stop"]
    assert list(panel.controls) == ["stop"]
    choices._grant("stop", "Discrepancy")
    assert list(panel.controls) == ["stop", "stop.tau", "stop.every"]
    choices._grant("stop.tau", 1.2)
    assert session.experiment.stop == Discrepancy(1.2)


def test_an_address_and_the_python_tell_the_rule():
    made = early(stop=LeastSURE(ahead=7) | Change(1e-3) & Steps(50), prior=TotalVariation())
    assert from_address(to_address(made)).stop == made.stop
    assert "Gap" in read_address("stop=Gapp").wrong["stop"]
    assert read_address("stop.tau=2").wrong  # of which rule?
    session = Session(made)
    try:
        assert "stopping" in session.code().splitlines()[0]
    finally:
        session.close()


def test_a_cell_is_stopped_by_the_rule_and_takes_another():
    wb = Workbench(changed(early(), stop=LeastSURE()))
    try:
        wb.play()
        wb._wait(lambda latest: latest.status is Status.DONE)
        assert wb.k == int(early(stop=LeastSURE()).run().k[-1])
        wb.stop = Steps(4)
        wb.set("stop.steps", 5)
        wb.play()
        wb._wait(lambda latest: latest.status is Status.DONE)
        assert wb.k == 5
        wb.stop = None
        assert wb.at("stop") is None
    finally:
        wb.close()
