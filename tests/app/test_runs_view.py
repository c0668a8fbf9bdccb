"""The runs tab by its parts: a folder of real runs, what a person does in the table, and nothing of anybody else's."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.test_session import reached
from tests.patience import PATIENCE
from workbench import run_folder, storage
from workbench.app.main import page
from workbench.app.page.workbench import Workbench
from workbench.app.runs import RunsView
from workbench.app.runs.kept_runs import KeptRuns
from workbench.app.runs.run_table import row
from workbench.app.serving.options import Serving
from workbench.cli import _parsers
from workbench.cli.serve import _runs
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.session import Session
from workbench.operators import GaussianBlur
from workbench.parameters import describe
from workbench.priors import Tikhonov, TotalVariation
from workbench.run_folder import RunSummary, summaries

PRIORS = (Tikhonov(0.5), TotalVariation(3.0), TotalVariation(30.0))


def experiment(number: int) -> Experiment:
    return Experiment(Shipped("camera", 16), GaussianBlur((1, 16, 16)), prior=PRIORS[number], steps=4 + number)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return folder, [run_folder.keep(experiment(number).run(), folder).stem for number in range(3)]


@pytest.fixture
def view(made, tmp_path):
    for path in made[0].glob("*.nc"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    session = Session(Experiment(Shipped("shepp_logan", 16), steps=3))
    session.runs = tmp_path
    found = RunsView(session, lambda: None)
    settled(found)
    yield found
    found.close()
    session.close()


def settled(view: RunsView, reached: Callable[[], object] = lambda: True) -> None:
    """Beat until nothing is on its way and what was asked for is there."""
    end = time.perf_counter() + PATIENCE
    view.beat()
    while not (view._errands.idle and reached()):
        assert time.perf_counter() < end, (view.complaint.sentence, view.status.sentence)
        view.beat()
        time.sleep(0.01)


def names(view: RunsView) -> list[str]:
    return [each["name"] for each in view.table.rows]


def by_prior(view: RunsView, word: str) -> str:
    return next(each["name"] for each in view.table.rows if word in each["parts"])


def test_the_table_shows_the_folder_with_pictures(view, made):
    assert set(names(view)) == set(made[1])
    for each in view.table.rows:
        assert each["picture"].startswith("data:image/png;base64,") and float(each["psnr"]) > 0
        assert "GaussianBlur" in each["parts"] and "Direct" not in each["parts"]
    assert "1 to 3 of 3" in view.count.sentence


def test_filters_and_orders_are_those_of_the_command_line(view):
    view.filter.value = "prior=TotalVariation prior.weight=30"
    settled(view, lambda: len(names(view)) == 1)
    assert view.table.rows[0]["k"] == "6"
    view.filter.value = "prior="
    assert "PATH=VALUE" in view.complaint.sentence and len(names(view)) == 1
    view.filter.value = ""
    view._hear({"kind": "order", "order": "k"})
    settled(view, lambda: [each["k"] for each in view.table.rows] == ["6", "5", "4"])
    assert not view.complaint.sentence and view.table.order == "k"


def test_tags_and_notes_are_edited_in_place_and_nobody_elses_are_lost(view):
    name = names(view)[0]
    path = view.session.runs / f"{name}.nc"
    run_folder.tag(path, ["theirs"])
    view._hear({"kind": "tags", "name": name, "was": "", "value": "mine,  figure 3 "})
    view._hear({"kind": "note", "name": name, "was": "", "value": "<b>as it is</b>"})
    settled(view, lambda: any(each["note"] for each in view.table.rows))
    found = next(each for each in view.table.rows if each["name"] == name)
    assert found["tags"] == "figure 3, mine, theirs" and found["note"] == "<b>as it is</b>"
    view._hear({"kind": "tags", "name": name, "was": found["tags"], "value": "mine"})
    settled(view, lambda: any(each["tags"] == "mine" for each in view.table.rows))
    view._hear({"kind": "tags", "name": name, "was": "mine", "value": "x" * 50})
    settled(view, lambda: view.complaint.sentence)
    assert "letters" in view.complaint.sentence


def test_a_run_is_opened_at_its_end_and_goes_on(view):
    name = by_prior(view, "TotalVariation")
    view._hear({"kind": "selected", "names": [name]})
    assert view.selected_paths == [view.session.runs / f"{name}.nc"]
    view.buttons["Open"].clicks += 1
    settled(view, lambda: view.status.sentence)
    assert f"{name} is on the page" in view.status.sentence
    number = next(n for n in (1, 2) if describe(experiment(n)) == describe(view.session.experiment))
    assert reached(view.session, 4 + number).k == 4 + number
    view.session.play()
    assert reached(view.session, 2 * (4 + number)).status is Status.DONE


def test_the_run_on_the_page_is_kept_and_found(view):
    view.session.play()
    reached(view.session, 3)
    view.buttons["Keep"].clicks += 1
    settled(view, lambda: len(names(view)) == 4)
    new = next(run for run in summaries(view.session.runs) if "shepp" in str(run_folder.descriptions(
        view.session.runs, {"truth": "shepp_logan"}).get(run.name, "")))  # fmt: skip
    assert view.status.sentence == f"Kept as {new.name}." and new.k == 3
    assert "state" in storage.load(view.session.runs / f"{new.name}.nc").attrs


def test_runs_are_pinned_to_be_compared(view):
    chosen = names(view)
    view._hear({"kind": "selected", "names": chosen})
    view.buttons["Pin to compare"].clicks += 1
    settled(view, lambda: "3 pinned" in view.status.sentence)
    pinned = [int(pin.run.dataset["k"].values[-1]) for pin in view.session.pins.all]
    assert sorted(pinned) == [4, 5, 6] and len({pin.label for pin in view.session.pins.all}) == 3
    for _ in range(2):
        view.buttons["Pin to compare"].clicks += 1
        settled(view)
    settled(view, lambda: view.complaint.sentence)
    assert "at most 8 pinned runs" in view.complaint.sentence


def test_deleting_is_asked_twice_and_another_choice_asks_again(view):
    one, two, _ = names(view)
    view._hear({"kind": "selected", "names": [one, two]})
    delete = view.buttons["Delete"]
    delete.clicks += 1
    assert delete.label == "Delete these 2 runs for good" and len(names(view)) == 3
    view._hear({"kind": "selected", "names": [one]})
    assert delete.label == "Delete"
    delete.clicks += 1
    delete.clicks += 1
    settled(view, lambda: len(names(view)) == 2)
    assert one not in names(view) and not (view.session.runs / f"{one}.nc").exists()
    assert not view.selected and delete.disabled


def test_who_deletes_second_reads_a_sentence(view):
    name = names(view)[0]
    view._hear({"kind": "selected", "names": [name]})
    (view.session.runs / f"{name}.nc").unlink()
    view.buttons["Open"].clicks += 1
    settled(view, lambda: view.complaint.sentence)
    assert "a run in" in view.complaint.sentence
    settled(view, lambda: len(names(view)) == 2)


def test_files_to_take_away(view, monkeypatch):
    given = []
    monkeypatch.setattr(view.table, "hand_over", lambda name, content: given.append((name, content)))
    one, two, _ = names(view)
    for chosen in ([one], [one, two]):
        view._hear({"kind": "selected", "names": chosen})
        view.buttons["Download"].clicks += 1
        settled(view, lambda chosen=chosen: len(given) == len(chosen))
    assert given[0] == (f"{one}.nc", (view.session.runs / f"{one}.nc").read_bytes())
    with zipfile.ZipFile(io.BytesIO(given[1][1])) as packed:
        assert {f"{one}.nc", f"{two}.py"} <= set(packed.namelist())
    monkeypatch.setattr("workbench.app.runs.kept_runs.LARGEST", 10)
    view.buttons["Download"].clicks += 1
    settled(view, lambda: view.complaint.sentence)
    assert "take fewer" in view.complaint.sentence


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", "..", ""])
def test_no_name_leads_out_of_the_folder(view, name):
    (view.session.runs.parent / "secret.nc").write_bytes(b"")
    for said in ({"kind": "open"}, {"kind": "note", "value": "x"}):
        view._hear(said | {"name": name})
        settled(view, lambda: view.complaint.sentence)
        assert "a run in" in view.complaint.sentence
        view.complaint.say("")
    with pytest.raises(ValueError, match="a run in"):
        KeptRuns(view.session.runs).delete([name])


def test_parts_of_a_long_list_are_turned_to(view, monkeypatch):
    monkeypatch.setattr("workbench.app.runs.kept_runs.ROWS", 2)
    monkeypatch.setattr("workbench.app.runs.view.ROWS", 2)
    view.show(True)
    settled(view, lambda: len(names(view)) == 2)
    assert view.later.visible and view.earlier.disabled
    first = names(view)
    view.later.clicks += 1
    settled(view, lambda: len(names(view)) == 1)
    assert not set(names(view)) & set(first) and view.later.disabled


def test_without_a_folder_the_tab_says_how_to_have_one():
    session = Session(Experiment(Shipped("shepp_logan", 16), steps=3))
    app = Workbench(session)
    view = app.view(RunsView)
    assert "--runs FOLDER" in view.element.objects[0].object and not view.beat()
    view._hear({"kind": "open", "name": "a"})
    view.buttons["Keep"].clicks += 1
    assert view.selected_paths == [] and view.buttons["Keep"].disabled
    app.close()


def test_a_page_has_the_folder_that_its_server_names_and_no_other(tmp_path):
    served = page(experiment(0), runs=tmp_path)
    assert served is not None and Serving().runs is None
    _, parsers = _parsers()

    def folder(*words: str) -> Path | None:
        return _runs(parsers["serve"].parse_args(words))

    usual = run_folder.usual_folder()
    assert folder() == usual and folder("--host", "127.0.0.1") == usual
    for words in (("--host", "0.0.0.0"), ("--workers", "2"), ("--origin", "lab.example.org"), ("--auth", "p.txt")):
        assert folder(*words) is None, "a person's own runs are nobody else's"
    assert folder("--host", "0.0.0.0", "--runs", str(tmp_path / "shared")) == tmp_path / "shared"
    assert (tmp_path / "shared").is_dir()


def test_a_row_is_text(view):
    run = RunSummary("n", "2026-11-29T10:11:12Z", {"operator": "Radon"}, 3, None, "", "interrupted", remark="lost")
    assert row(run, None) == {
        "name": "n", "parts": "Radon", "state": "interrupted; lost", "ended": "", "k": "3", "psnr": "",
        "saved": "2026-11-29 10:11", "tags": "", "note": "", "picture": "",
    }  # fmt: skip
