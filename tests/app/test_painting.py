"""Hands on the picture: the truth painted, data lost, taken back; address and Python say the same."""

import pytest
import torch

from workbench.data import Painted, Shipped
from workbench.data.regions import Brush, Rectangle, Text
from workbench.experiment import Experiment
from workbench.live.address import from_address, read_address
from workbench.live.session import Session
from workbench.parameters import describe

LESION, COLUMNS = Brush(((16.0, 16.0),), 3.0), Rectangle((0.0, 10.0), (31.0, 12.0))


def test_the_run_goes_on_from_where_it_is_with_the_new_truth_and_data(session: Session) -> None:
    session.step(5)
    job, before = session.job, session.problem
    assert session.paint(LESION, 1.0) == session.lose(COLUMNS) == ""
    assert session.job is job and session.problem.y is not before.y
    assert bool((session.problem.truth[0, 0][LESION.inside((32, 32))] == 1).all())
    assert not bool(session.problem.y[0, 0, :, 10:13].any()) and session.pictures().version == 3
    assert session.undo() == session.undo() == ""
    assert torch.equal(session.problem.y, before.y) and session.experiment.source == Shipped("shepp_logan", 32)
    assert "take back" in session.undo() and session.job is job


def test_what_was_done_last_is_taken_back_first(session: Session) -> None:
    session.lose(COLUMNS)
    session.paint(LESION, 1.0)
    session.undo()
    assert session.experiment.lost == (COLUMNS,) and isinstance(session.experiment.source, Shipped)
    session.paint(LESION, 0.5)
    session.paint(LESION, 0.25)
    session.undo()
    assert session.experiment.truth == Painted(Shipped("shepp_logan", 32), (LESION,), (0.5,))


def test_address_and_python_give_the_same_numbers(session: Session) -> None:
    from workbench import algorithms, data, noise, operators, priors

    session.paint(Brush(((3.0, 4.5), (20.0, 21.0)), 1.5), 0.75)
    session.paint(Text("a, b; 'é' & 5 $", (2.0, 3.0), 8.0), 0.5)
    session.lose(COLUMNS)
    found = from_address(session.address())
    assert describe(found) == describe(session.experiment)
    names = {"algorithms": algorithms, "data": data, "noise": noise, "operators": operators, "priors": priors}
    lines = session.code().replace("result = ", "").replace(".run()", "").split("\n\n")
    again = eval(lines[1], names | {"Experiment": Experiment})
    assert torch.equal(again.problem().y, session.problem.y) and describe(again) == describe(session.experiment)


def test_another_truth_or_operator_is_whole(session: Session) -> None:
    session.paint(LESION, 1.0)
    session.lose(COLUMNS)
    assert session.set("truth.size", 40) == "" and session.experiment.truth.signal == Shipped("shepp_logan", 40)
    assert session.experiment.lost == (COLUMNS,) and session.set("operator.width", 3.0) == ""
    assert session.choose("operator", "Radon") == "" and session.experiment.lost == ()
    assert isinstance(session.experiment.truth, Painted)
    assert session.choose("truth", "camera") == "" and isinstance(session.experiment.truth, Shipped)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("painted.regions=Brush", "painted"),
        ("painted.regions=Brush&painted.regions.1.points=1,2,3&painted.values=1", "painted"),
        ("painted.regions=Square&painted.values=1", "painted"),
        ("lost=Rectangle&lost.1.end=0", "lost"),
        ("lost=Rectangle&lost.1.start=-1,-1&lost.1.end=999,999", "lost"),
        ("lost.3.end=0,0", "lost"),
    ],
)
def test_what_an_address_says_wrongly_is_said_and_left_out(query: str, path: str) -> None:
    found = read_address(f"truth=shepp_logan&truth.size=32&{query}")
    assert list(found.wrong) == [path]
    assert found.experiment.source == Shipped("shepp_logan", 32) and found.experiment.lost == ()


def test_measured_data_are_not_painted_on(session: Session) -> None:
    from workbench.data import Measured
    from workbench.operators import Identity

    measured = Session(Experiment(Measured(torch.rand(1, 16, 16)), Identity((1, 16, 16))))
    assert "a signal of which the data are made" in measured.paint(LESION, 1.0)
    assert measured.lose(Rectangle((0.0, 0.0), (3.0, 15.0))) == "" and not bool(measured.problem.y[0, 0, :4].any())
    measured.close()
