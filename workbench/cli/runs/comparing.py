"""Runs laid beside each other."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.output import say, say_json
from workbench.cli.runs import named
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.comparison import Comparison, Mark


def options(parser: argparse.ArgumentParser) -> None:
    """What only a comparison takes."""
    parser.add_argument("--report", metavar="FILE.html", help="compare: write one self-contained page")
    parser.add_argument("--figures", metavar="FOLDER", help="compare: write SVG figures for a paper, with captions")
    parser.add_argument("--accuracy", type=float, default=1e-3, help="compare: of the best objective (1e-3)")


def compare(folder: Path, args: argparse.Namespace) -> None:
    """Two or more runs by their names in the folder, or by their files."""
    from workbench import comparison

    if len(args.names) < 2:
        raise Refusal("two or more runs to compare", str(len(args.names)), "see `workbench runs list`")
    paths = [named.file(name, folder) for name in args.names]
    found = comparison.compare(*paths)
    found.marks(args.accuracy)  # refused before anything is written
    written = _written(found, args)
    if args.json:
        say_json(_as_json(found, args.accuracy) | {"written": [str(path) for path in written]})
        return
    if not written:
        from workbench.comparison.report import text

        say(text.whole(found, args.accuracy))
    for path in written:
        say(f"wrote {path}")


def _written(found: "Comparison", args: argparse.Namespace) -> list[Path]:
    made: list[Path] = []
    if args.report:
        made.append(found.save_report(args.report, args.accuracy))
    if args.figures:
        made += found.save_figures(args.figures, args.accuracy)
    return made


def _as_json(found: "Comparison", accuracy: float) -> dict[str, Any]:
    marks: dict[str, tuple[Any, tuple[Mark | None, ...]]] = {"objective": (accuracy, found.marks(accuracy))}
    if any(level is not None for level in found.psnr_levels):
        marks["psnr"] = (found.psnr_levels, found.psnr_marks())
    return {
        "runs": list(found.labels),
        "differing": {setting.path: list(setting.values) for setting in found.differing},
        "agreeing": {setting.path: setting.values[0] for setting in found.agreeing},
        "metrics": {name: list(values) for name, values in found.metrics.items()},
        "replicates": [
            {"runs": list(group.runs), "repeats": list(group.repeats), "n": group.n}
            | {"mean": dict(group.mean), "deviation": dict(group.deviation)}
            for group in found.replicates
        ],
        "marks": {name: {"level": at, "runs": [_mark(m) for m in of]} for name, (at, of) in marks.items()},
        "notes": list(found.notes),
    }


def _mark(mark: "Mark | None") -> dict[str, float | int | None] | None:
    return None if mark is None else {"k": mark.k, "seconds": mark.seconds, "calls": mark.calls}
