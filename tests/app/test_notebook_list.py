"""The notebooks on the page: each with a picture that was drawn by its present cells, and how to open it."""

import re

import nbformat
import pytest
from PIL import Image

from docs import notebook_pictures
from workbench import tutorials
from workbench.app.lessons.notebook_list import NotebookList
from workbench.app.page import jupyter_server

NOTEBOOKS = sorted(tutorials.NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_picture_was_drawn_by_the_cells_that_it_has(notebook):
    picture = Image.open(notebook_pictures.FOLDER / f"{notebook.stem}.png")
    drawn_by = picture.text[notebook_pictures.MADE_FROM]
    assert drawn_by == notebook_pictures.digest(notebook), "its cells have changed since: make pictures"
    levels = picture.convert("L").getextrema()
    assert picture.width > 200 and levels[1] - levels[0] > 100, "there is something to see"


def test_a_picture_is_the_figure_of_the_cell_that_says_so_without_its_margins(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("import torch\nfrom workbench import plots"),
        nbformat.v4.new_code_cell("plots.gallery({'': torch.eye(8)[None, None]})", metadata={"tags": ["picture"]}),
        nbformat.v4.new_code_cell("raise ValueError('what comes after it is not run')"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "one.ipynb")
    picture = notebook_pictures.drawn(tmp_path / "one.ipynb").convert("L")
    width, height = picture.size
    assert 100 < width <= notebook_pictures.SIZE[0] and 100 < height <= notebook_pictures.SIZE[1]
    assert picture.getpixel((width // 2, height // 2)) != 255 and picture.getextrema()[0] < 20
    assert notebook_pictures.digest(tmp_path / "one.ipynb") != notebook_pictures.digest(NOTEBOOKS[0])


def test_the_window_has_a_card_for_each_and_says_how_to_open_it(monkeypatch):
    listed = NotebookList()
    assert not listed.window.objects, "nobody waits for what nobody has opened"
    listed.button.clicks += 1
    (grid,) = listed.window.objects
    assert listed.window.open and grid.object.count("<details>") == len(NOTEBOOKS)
    assert grid.object.count("src='data:image/png;base64,") == len(NOTEBOOKS)
    for tutorial in tutorials.every():
        assert f">{tutorial.title}<" in grid.object and 10 < len(tutorial.about) < 250
    assert "workbench lab" in grid.object and "<a " not in grid.object


def test_where_jupyter_shows_the_folder_a_card_opens_the_notebook(monkeypatch):
    server = {
        "root_dir": str(tutorials.NOTEBOOKS.parent),
        "base_url": "/user/me/",
        "url": "http://localhost:8888/user/me/",
    }
    monkeypatch.setattr(jupyter_server, "server_of_kernel", lambda: server)
    listed = NotebookList()
    listed.open()
    links = re.findall(r"<a href='([^']+)'", listed.window.objects[0].object)
    assert links == [f"http://localhost:8888/user/me/lab/tree/notebooks/{path.name}" for path in NOTEBOOKS]
    server["root_dir"] = "/elsewhere"
    assert not jupyter_server.notebook_address(NOTEBOOKS[0]), "a server of another folder"


def test_a_folder_without_pictures_has_cards_all_the_same(tmp_path):
    words = "# A title\n\nIt asks $x$. And *more*.\n\nNot this."
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(words)]), tmp_path / "one.ipynb")
    (found,) = tutorials.every(tmp_path)
    assert (found.title, found.about, found.picture) == ("A title", "It asks x. And more.", b"")
