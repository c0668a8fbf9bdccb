"""Reports read by a parser of HTML, and by what they say of themselves: whole, alone, escaped, and made again."""

import base64
import io
import json
import re
import threading
from html.parser import HTMLParser
from xml.etree import ElementTree

import matplotlib.image
import numpy as np
import pytest

from workbench import Experiment, storage
from workbench.algorithms import FISTA, PDHG
from workbench.cli import main
from workbench.comparison import compare
from workbench.comparison.report import figures, files, python_code
from workbench.comparison.report.markup import Markup, table, tag
from workbench.data import Array, Shipped
from workbench.figures.colours import told_apart
from workbench.operators import FourierMask, GaussianBlur
from workbench.parameters import changed
from workbench.priors import TotalVariation
from workbench.refusal import Refusal

EXPERIMENT = Experiment(Shipped("cell", 16), GaussianBlur((1, 16, 16), 1.0), prior=TotalVariation(5.0), steps=8)
EVIL = '<script>alert("1")</script>&amp;'
VOID = {"meta", "img", "br", "hr", "link", "input"}


@pytest.fixture(scope="module")
def runs():
    return [changed(EXPERIMENT, algorithm=a).run() for a in (FISTA(), PDHG())]


class Page(HTMLParser):
    """Every element with its attributes, and the text of the page; elements have to close as they were opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.words = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, name, attributes):
        self.elements.append((name, dict(attributes)))
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name, attributes):
        self.elements.append((name, dict(attributes)))

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style",):
            self.words.append(data)

    def all(self, name):
        return [attributes for found, attributes in self.elements if found == name]


def test_a_page_needs_nothing_but_itself(runs):
    text = compare(*runs).report()
    page = Page(text)
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "action", "data", "srcset"):
            assert attributes.get(name, "#").startswith(("#", "data:image/png;base64,"))
        assert not any(name.startswith("on") for name in attributes)
    assert not page.all("script") and not page.all("link") and not page.all("iframe")
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", text.replace("</", "<"))
    assert page.all("svg") and all(attributes.get("alt") for attributes in page.all("img"))
    assert "prefers-color-scheme: dark" in text and figures.INK not in text.split("</style>")[1]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    used = set(re.findall(r'(?:href="#|url\(#)([\w-]+)', text))
    assert used <= set(ids)


def test_a_page_shows_what_the_comparison_knows(runs):
    found = compare(*runs)
    words = " ".join(Page(found.report(0.01)).words)
    for wanted in ("FISTA", "PDHG", "TotalVariation (weight 5)", "GaussianBlur (width 1)", "sigma", "prior.weight"):
        assert wanted in words
    assert f"{found.metrics['psnr'][0]:.2f}" in words and "inverse-workbench" in words
    assert "within 0.01 of the best" in words and "all 8 iterations done" in words


def test_pictures_in_a_page_are_the_pixels_on_the_scale(runs):
    sources = [a["src"] for a in Page(compare(*runs).report()).all("img")]
    raw = base64.b64decode(sources[1].partition(",")[2])
    pixels = matplotlib.image.imread(io.BytesIO(raw))[..., 0]
    np.testing.assert_allclose(pixels, np.clip(runs[0].x.values[0, 0], 0, 1), atol=2 / 255)


def test_no_text_of_a_person_becomes_markup(runs):
    kept = runs[0].assign_attrs(stopped=EVIL, ended=EVIL, program=EVIL, device=EVIL)
    found = compare(kept, runs[1], labels=(EVIL, "b"))
    page = Page(found.report())
    assert not page.all("script")
    words = "".join(page.words)
    assert words.count(EVIL) >= 4
    assert tag("p", EVIL, title='"') == (
        '<p title="&quot;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;</p>'
    )
    assert "<script" not in table([EVIL], [[EVIL, EVIL]], EVIL) and tag("b", Markup("<i>")) == "<b><i></b>"


def test_the_python_of_a_report_makes_it_again(runs, tmp_path, monkeypatch):
    found = compare(*runs, labels=("it's", 'a "b"'))
    monkeypatch.chdir(tmp_path)
    words = "".join(Page(found.report(0.02)).words)
    code = python_code.code(found, 0.02)
    assert code in words
    names: dict = {}
    exec(compile(code, "report", "exec"), names)
    again = names["comparison"]
    assert again.labels == found.labels and again.metrics["psnr"] == found.metrics["psnr"]
    assert "within 0.02" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_runs_that_only_their_files_can_make_again_are_opened(runs, tmp_path):
    rng = np.random.default_rng(0)
    own = changed(EXPERIMENT, source=Array(rng.random((1, 16, 16), np.float32)), algorithm=PDHG()).run()
    storage.save(own, tmp_path / "own.nc")
    found = compare(runs[0], tmp_path / "own.nc", labels=("one", "two"))
    names: dict = {}
    exec(compile(python_code.code(found, 1e-3).replace("comparison.save_report", "#"), "report", "exec"), names)
    assert names["comparison"].metrics["psnr"] == found.metrics["psnr"]
    comment = python_code.code(compare(runs[0], own, labels=("a", "b\nimport os")), 1e-3)
    assert "# b import os: only its file makes it again" in comment


def test_figures_for_a_paper_are_svg_with_captions_that_name_every_part(runs, tmp_path):
    written = compare(*runs).save_figures(tmp_path / "figures")
    assert len(written) == 16 and all(path.exists() for path in written)
    for path in written:
        if path.suffix == ".svg":
            assert ElementTree.parse(path).getroot().tag.endswith("svg")
            caption = path.with_suffix(".txt").read_text(encoding="utf-8")
            for part in (
                "GaussianBlur",
                "Gaussian (sigma",
                "TotalVariation (weight 5)",
                "FISTA",
                "PDHG",
                "Iterations: 8",
            ):
                assert part in caption, caption


def test_no_two_of_sixteen_lines_look_alike(runs):
    assert len({told_apart(number) for number in range(16)}) == 16
    found = compare(*[runs[0]] * 9)
    (place,) = figures.curves(found.curves("psnr")).axes
    assert len({(line.get_color(), line.get_linestyle()) for line in place.get_lines()}) == 9


def test_complex_data_and_volumes_are_reported():
    made = [Experiment(Shipped("cell", 16), FourierMask((1, 16, 16)), steps=n).run() for n in (2, 3)]
    found = compare(*made)
    assert found.metrics["error"][0] > 0 and len(Page(found.report()).all("img")) == 5


def test_a_signal_and_a_picture_in_colours_are_reported():
    for source, shape in ((Shipped("blocks", 64), (1, 64)), (Shipped("astronaut", 16), (3, 16, 16))):
        made = [Experiment(source, GaussianBlur(shape, 1.0), steps=n).run() for n in (2, 4)]
        found = compare(*made)
        assert found.labels == ("steps 2", "steps 4")
        page = Page(found.report())
        assert len(page.all("svg")) >= 6


def test_a_report_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("older")

    def full(file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(Refusal, match="No space left"):
        files.write_whole(path, b"new")
    assert path.read_text() == "older" and list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    for bad in (tmp_path, tmp_path / "none" / "report.html"):
        with pytest.raises(Refusal):
            files.write_whole(bad, b"new")
    writers = [threading.Thread(target=files.write_whole, args=(path, bytes([65 + i]) * 10000)) for i in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert len(set(path.read_bytes())) == 1 and list(tmp_path.iterdir()) == [path]
    with pytest.raises(Refusal, match="a folder for figures"):
        files.write_figures(None, path / "below", 1e-3)


def test_the_command_compares_names_and_files(runs, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WORKBENCH_RUNS", str(tmp_path))
    for name, run in zip(("one", "two"), runs, strict=True):
        storage.save(run, tmp_path / f"{name}.nc")
    assert main(["runs", "compare", "one", str(tmp_path / "two.nc")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^algorithm +FISTA +PDHG$", said, re.MULTILINE) and "settings agree" in said
    out, folder = tmp_path / "r.html", tmp_path / "svg"
    words = [
        "runs",
        "compare",
        "one",
        "two",
        "--report",
        str(out),
        "--figures",
        str(folder),
        "--accuracy",
        "0.1",
        "--json",
    ]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["differing"] == {"algorithm": ["FISTA", "PDHG"]}
    assert told["marks"]["objective"]["level"] == 0.1 and str(out) in told["written"]
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>") and (folder / "pictures.svg").exists()
    assert main(["runs", "compare", "one", "two", "--report", str(out)]) == 0
    assert capsys.readouterr().out == f"wrote {out}\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["one"], "two or more runs to compare, got 1"),
        (["one", "tow"], "did you mean two"),
        (["one", "cut"], "a saved run in NetCDF"),
        (["one", "two", "--accuracy", "0"], "an accuracy above 0"),
        (["one", "two", "--accuracy", "inf", "--json"], "an accuracy above 0 and at most 1, got inf"),
        (["one", "two", "--accuracy", "nan", "--json"], "an accuracy above 0 and at most 1, got nan"),
        (["one", "two", "--report", "/nowhere/at/all.html"], "to write /nowhere/at/all.html"),
    ],
)
def test_the_command_refuses_in_one_sentence(runs, tmp_path, capsys, words, sentence):
    for name, run in zip(("one", "two"), runs, strict=True):
        storage.save(run, tmp_path / f"{name}.nc")
    (tmp_path / "cut.nc").write_bytes((tmp_path / "one.nc").read_bytes()[:5000])
    assert main(["runs", "compare", *words, "--folder", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1 and not said.out
