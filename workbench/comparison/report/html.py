"""A comparison as one page of HTML that needs nothing but itself: no script, no other file, no host."""

import re
from typing import TYPE_CHECKING

import numpy as np

from workbench.comparison.comparison import Comparison
from workbench.comparison.pictures import PictureRow
from workbench.comparison.report import figures, python_code, text
from workbench.comparison.report.markup import Markup, joined, single, table, tag
from workbench.comparison.report.shown import Shown, curves_shown, pictures_shown
from workbench.figures.png_address import png_address
from workbench.run import PROGRAM

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1c1d; --paper: #fff; --faint: #5d6269; --line: #d4d8dd; --raised: #f4f6f8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7e9ec; --paper: #14181c; --faint: #a3abb4; --line: #39414a; --raised: #1d2329 }
}
body { margin: 0 auto; padding: 24px clamp(14px, 3vw, 40px) 60px; max-width: 1280px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
h1 { font-size: 1.55rem; margin: 0 0 4px } h2 { font-size: 1.15rem; margin: 34px 0 8px }
p { max-width: 80ch } .faint, figcaption, caption { color: var(--faint) }
figure { margin: 0 0 18px } figcaption { font-size: 13.5px; max-width: 100ch; margin-top: 6px }
.row { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 210px), 1fr)); gap: 14px }
.row div { min-width: 0 } .row b { display: block; font-size: 13.5px; overflow-wrap: anywhere }
.row img { width: 100%; image-rendering: pixelated; border-radius: 3px; display: block }
.row svg { width: 100%; height: auto } .curves { display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)) }
.curves svg { width: 100%; height: auto; max-width: 760px }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: 14px; margin: 2px 0 16px }
caption { text-align: left; font-size: 13.5px; padding-bottom: 4px }
th, td { padding: 4px 14px 4px 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top;
  font-variant-numeric: tabular-nums } th[scope=row] { font-weight: 500; overflow-wrap: anywhere; min-width: 9em }
pre { background: var(--raised); padding: 12px 14px; border-radius: 6px; overflow-x: auto; font-size: 13px }
.note { border-left: 3px solid #ec7f2b; padding: 4px 12px; background: var(--raised); max-width: none }
summary { cursor: pointer; padding: 4px 0 } :focus-visible { outline: 2px solid #2f86d0; outline-offset: 2px }
.scale { display: flex; gap: 8px; align-items: center; font-size: 13px; max-width: 340px; margin: 8px 0 }
.scale span { flex: 1; height: 10px; border-radius: 3px }
@media print { body { max-width: none; padding: 0 } h2, figure { break-inside: avoid } }
"""
_SCALES = {"gray": "#000,#fff", "RdBu_r": "#053061,#4393c3,#f7f7f7,#d6604d,#67001f"}


def page(comparison: Comparison, accuracy: float) -> str:
    """The page."""
    runs = comparison.runs
    title = f"{len(runs)} runs compared"
    head = tag(
        "head",
        single("meta", charset="utf-8"),
        single("meta", name="viewport", content="width=device-width, initial-scale=1"),
        single("meta", name="generator", content=PROGRAM),
        tag("title", title),
        tag("style", Markup(_STYLE)),
    )
    notes = [tag("p", note, class_="note") for note in comparison.notes]
    body = tag(
        "body",
        tag("h1", title),
        tag("p", ", ".join(comparison.labels), class_="faint"),
        notes,
        tag("h2", "Pictures"),
        [_row(shown) for shown in pictures_shown(comparison)],
        tag("h2", "At the end"),
        _metrics(comparison),
        tag("h2", "At equal accuracy"),
        _marks(comparison, accuracy),
        tag("h2", "Along the way"),
        tag("div", [_curve(shown) for shown in curves_shown(comparison, accuracy)], class_="curves"),
        tag("h2", "Settings"),
        _settings(comparison),
        tag("h2", "Made by"),
        _versions(comparison),
        tag("h2", "The Python that makes it"),
        tag("pre", tag("code", python_code.code(comparison, accuracy)), tabindex="0"),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _row(shown: Shown[PictureRow]) -> Markup:
    """Pictures of one scale, as many in a row as have room."""
    row = shown.content
    each = [tag("div", tag("b", t), _picture(p, t, row)) for t, p in zip(row.titles, row.pictures, strict=True)]
    low, high = (f"{limit:.3g}" for limit in row.limits)
    bar = tag("span", style=f"background:linear-gradient(90deg,{_SCALES[row.colours]})")
    scale = tag("div", low, bar, high, class_="scale")
    return tag("figure", tag("div", each, class_="row"), scale, tag("figcaption", shown.caption))


def _picture(values: np.ndarray, title: str, row: PictureRow) -> Markup:
    if values.ndim == 1:
        one = PictureRow((title,), (values,), row.limits, row.colours)
        return inline(figures.pictures(one), title)
    return single("img", src=png_address(figures.png(values, row)), alt=title)


def _curve(shown: Shown) -> Markup:
    return tag("figure", inline(shown.figure(), shown.caption), tag("figcaption", shown.head))


def _marks(comparison: Comparison, accuracy: float) -> Markup:
    heads = text.mark_heads(comparison, accuracy)
    if not heads:
        return tag("p", "Neither an objective nor a PSNR was recorded.")
    return joined(table(["", *comparison.labels], rows, f"{head[:1].upper()}{head[1:]}") for head, rows in heads)


def _metrics(comparison: Comparison) -> Markup:
    ends = table(["", *comparison.labels], text.metric_rows(comparison), "Each run at its last iteration")
    rows = text.replicate_rows(comparison)
    if not rows:
        return ends
    heads = ["", *(group.label for group in comparison.replicates)]
    said = "Runs that differ by their seeds alone: mean ± standard deviation of a sample"
    return joined(ends, table(heads, rows, said))


def _settings(comparison: Comparison) -> Markup:
    rows = text.setting_rows(comparison)
    differing = table(["", *comparison.labels], rows, "What differs") if rows else tag("p", "No setting differs.")
    agreeing = table(["", "value"], [(s.path, s.words[0]) for s in comparison.agreeing], "What agrees")
    folded = tag("details", tag("summary", f"{len(comparison.agreeing)} settings agree"), agreeing)
    return joined(differing, folded)


def _versions(comparison: Comparison) -> Markup:
    """What program made each run, on what device, how it ended, and its file."""
    names = {"program": "program", "device": "device", "ended": "ended", "stopped": "stopped"}
    rows = [
        (title, *(str(run.dataset.attrs.get(name, "")) or "–" for run in comparison.runs))
        for name, title in names.items()
    ]
    rows.append(("file", *(run.path.name if run.path else "–" for run in comparison.runs)))
    known = [row for row in rows if any(cell != "–" for cell in row[1:])]
    return joined(table(["", *comparison.labels], known, "Programs and devices"), tag("p", f"Report: {PROGRAM}"))


_BEYOND = (
    re.compile(r"^.*?(?=<svg)", re.DOTALL),  # the head of a file
    re.compile(r"<metadata>.*?</metadata>", re.DOTALL),
    re.compile(r' xmlns(?::\w+)?="[^"]*"'),
    re.compile(r"<!--.*?-->", re.DOTALL),  # of the words that matplotlib has drawn
)


def inline(figure: "Figure", title: str) -> Markup:
    """A figure as a part of the page, in the colour of its words, with a name for who does not see it."""
    drawn = figures.svg(figure)
    for pattern in _BEYOND:
        drawn = pattern.sub("", drawn)
    drawn = drawn.replace("xlink:href", "href").replace(figures.INK, "currentColor")
    return tag("div", Markup(drawn), role="img", aria_label=title)
