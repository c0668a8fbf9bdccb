"""The members of a kind at a glance: cards, why some cannot be chosen, pictures that are drawn once."""

import io
import itertools
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.patience import PATIENCE
from workbench import catalog
from workbench.app.main import Workbench
from workbench.live.members import member_cards
from workbench.live.members.member_cards import MemberPicture, cards, picture
from workbench.operators import Identity, Radon
from workbench.priors import Zero


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    picture.cache_clear()
    return tmp_path / "inverse-workbench" / "pictures"


def test_every_member_has_a_card_among_its_like():
    for kind in catalog.KINDS:
        members = catalog.members(kind)
        made = cards(members, {})
        assert {card.name for card in made} == set(members) and all(card.sentence for card in made)
        groups = [card.group for card in made]
        assert len(set(groups)) == sum(a != b for a, b in itertools.pairwise(groups)) + 1
    radon = next(card for card in cards(catalog.members("operator"), {}) if card.name == "Radon")
    assert radon.group == "integrals" and radon.more


def test_a_picture_is_drawn_once_for_all_processes(folder, monkeypatch):
    made = picture(Radon)
    assert Image.open(io.BytesIO(made.png)).size == (240, 128) and made.mathml.startswith("<math")
    picture.cache_clear()  # as in another process
    monkeypatch.setattr(member_cards, "preview", None)
    assert picture(Radon) == made
    (file,) = folder.iterdir()
    monkeypatch.undo()
    file.write_text(file.read_text()[:-20])  # cut short
    picture.cache_clear()
    assert picture(Radon) == made


def test_a_class_of_ones_own_has_none_where_it_cannot_be_shown_and_is_not_kept(folder):
    class Odd(Zero):
        formula = ""

        def unfit(self, shape, dtype):
            raise ArithmeticError

    assert picture(Odd) == MemberPicture(b"", "") and not folder.exists()


def test_a_card_that_is_clicked_becomes_the_part_of_the_experiment(session, monkeypatch):
    monkeypatch.setattr(catalog, "members", lambda kind: {"Identity": Identity, "Radon": Radon})
    page = Workbench(session)
    gallery = page.choices.gallery
    gallery.open("operator")
    sent: dict[str, MemberPicture] = {}
    assert gallery.grid is not None
    monkeypatch.setattr(gallery.grid, "illustrate", lambda name, made: sent.update({name: made}))
    assert gallery.window.open and gallery.window.title == "Every operator" and gallery.grid.chosen == "GaussianBlur"
    gallery.beat()
    assert not sent  # the browser has no place for them yet
    gallery.grid._handle_msg({"kind": "drawn"})
    end = time.perf_counter() + PATIENCE
    while set(sent) != {"Identity", "Radon"} and time.perf_counter() < end:
        gallery.beat()
        time.sleep(0.01)
    assert all(each.png and each.mathml for each in sent.values()) and len(sent) == 2
    gallery.grid._handle_msg({"kind": "chosen", "name": "Radon"})
    page.choices.throttle.flush()
    assert type(session.experiment.operator) is Radon and not gallery.window.open
    page.close()


def test_a_card_says_why_it_cannot_be_chosen(session):
    page = Workbench(session)
    page.choices.gallery.open("algorithm")
    grid = page.choices.gallery.grid
    assert grid is not None
    reasons = {card["name"]: card["reason"] for card in grid.cards}
    assert not reasons["ADMM"] and "gradient" in reasons["CubicNewton"]
    page.close()
