"""One HTML page of all results: a picture of the speed over other libraries, then the tables.

`workbench bench report --out report.html`. It needs markdown-it-py and matplotlib, and asks the network for nothing.
"""

import argparse
import base64
import io
import json
from pathlib import Path

from benchmarks.common import RESULTS

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #ccc;padding:.25em .6em;text-align:left}
code{background:#f1f3f5;padding:.1em .3em}img{max-width:100%}"""


def ratios() -> dict[str, tuple[float, float]]:
    """Our speed over the fastest other library and the goal, by benchmark and case."""
    found = {}
    for path in sorted(RESULTS.glob("*.json")):
        for case, (ratio, goal) in json.loads(path.read_text()).get("over the fastest other", {}).items():
            found[f"{path.stem}: {case}"] = (ratio, goal)
    return found


def picture(found: dict[str, tuple[float, float]]) -> bytes:
    """Bars of the ratios on a logarithmic axis, a stroke at each goal, as PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 0.34 * len(found) + 1.2), layout="constrained")
    axes = figure.subplots()
    names, values = list(found)[::-1], list(found.values())[::-1]
    colours = ["#38a169" if ratio >= goal else "#ec7f2b" for ratio, goal in values]
    axes.barh(names, [ratio for ratio, _ in values], color=colours)
    for place, (ratio, goal) in enumerate(values):
        axes.plot([goal, goal], [place - 0.4, place + 0.4], color="#d6336c")
        axes.text(ratio, place, f" {ratio:.2g}", va="center")
    axes.set_xscale("log")
    axes.axvline(1, color="#868e96", linewidth=1)
    axes.set_xlabel("times as fast as the fastest other library; red: the goal")
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110)
    return out.getvalue()


def page() -> str:
    """The report as HTML."""
    from markdown_it import MarkdownIt

    found = ratios()
    shown = f"<img alt='speed ratios' src='data:image/png;base64,{base64.b64encode(picture(found)).decode()}'>"
    render = MarkdownIt("commonmark").enable("table").render
    texts = "".join(render(path.read_text()) for path in sorted(RESULTS.glob("*.md")))
    head = f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Benchmarks</title><style>{_STYLE}</style>"
    return f"{head}<h1>Benchmarks of the workbench</h1>{shown if found else ''}{texts}</html>"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RESULTS / "report.html", help="default benchmarks/results")
    given = parser.parse_args()
    given.out.write_text(page())
    print(f"saved {given.out}")


if __name__ == "__main__":
    main()
