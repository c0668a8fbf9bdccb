"""The scripts of docs/coming_from.md, each run as it stands where its library is installed, beside ours.

    .peers/bin/python -m benchmarks.coming_from

No timing: how far the objective of each result is from that of ours.
"""

import re
from pathlib import Path

import numpy as np
import torch

from benchmarks.peers import without_torchvision
from workbench.problem import Problem

PAGE = Path(__file__).parent.parent / "docs" / "coming_from.md"


def scripts() -> list[tuple[str, bool, str]]:
    """Of each block of the page: the heading above it, whether it is ours, and its code."""
    found = re.finditer(r"^## (.+?)\n|^```(py|python)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    heading, made = "", []
    for match in found:
        heading = match[1] or heading
        made += [(heading, match[2] == "python", match[3])] if match[2] else []
    return made


def main() -> None:
    without_torchvision()
    ours: dict = {}
    for name, is_ours, code in scripts():
        place = ours if is_ours else {"y": ours["y"], "mask": ours["mask"]}
        try:
            exec(compile(code, str(PAGE), "exec"), place)
        except ModuleNotFoundError as error:
            print(f"{name:36} not run: {error}")
            continue
        if not is_ours:
            found, known = (objective(ours["problem"], each["found"]) for each in (place, ours))
            apart = float(np.sqrt(np.mean((np.asarray(place["found"]) - ours["found"]) ** 2)))
            print(f"{name:36} objective {found / known - 1:+.1e} of ours, RMS distance {apart:.1e}")


def objective(problem: Problem, x: np.ndarray) -> float:
    """In double precision."""
    return float(problem.objective(torch.from_numpy(np.array(x, np.float64))[None, None])[0])


if __name__ == "__main__":
    main()
