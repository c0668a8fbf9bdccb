"""The tilt series beside etspy's own reconstruction of the same numbers.

    python -m venv /tmp/etspy && /tmp/etspy/bin/pip install etspy
    python -m benchmarks.tilt_series_etspy /tmp/etspy/bin/python

etspy needs HyperSpy and ASTRA, and has an environment of its own; its CPU code is asked (cuda=False). It knows no axis
of rotation but the middle; ours is taken there too, and where it was found. Figures, not seconds: they depend on no
machine.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from benchmarks.common import publish, table
from workbench.algorithms import ADMM, SIRT, FilteredBackprojection
from workbench.data import Measured
from workbench.example_scans import example
from workbench.experiment import Experiment
from workbench.operators import Radon
from workbench.parameters import changed
from workbench.priors import NonNegative, Zero

HELD, TIMES = 7, (30, 100)  # every so many views are held out; iterations of SIRT
_ETSPY = """
import sys
import numpy as np
import etspy
from etspy.base import TomoStack
folder = sys.argv[1]
views, angles = np.load(folder + "/views.npy"), np.load(folder + "/angles.npy")
stack = TomoStack(views[:, :, None].astype(np.float32), tilts=angles[:, None])
quiet = {"cuda": False, "show_progressbar": False}
made = {"FBP": stack.reconstruct("FBP", sino_filter="ram-lak", **quiet)}
for count in map(int, sys.argv[2:]):
    made[f"SIRT {count}"] = stack.reconstruct("SIRT", count, constrain=True, thresh=0, **quiet)
np.savez(folder + "/made.npz", version=etspy.__version__, **{name: each.data for name, each in made.items()})
"""


def theirs(python: str, views: np.ndarray, angles: np.ndarray) -> dict[str, np.ndarray]:
    """Pictures in the axes of ours, in counts a pixel, and the version."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/views.npy", views)
        np.save(f"{folder}/angles.npy", angles)
        Path(folder, "run.py").write_text(_ETSPY)
        subprocess.run([python, f"{folder}/run.py", folder, *map(str, TIMES)], check=True)
        with np.load(f"{folder}/made.npz") as made:
            return {name: np.squeeze(made[name]) for name in made}


def ours(scan: Radon, views: torch.Tensor) -> dict[str, np.ndarray]:
    """The same by ours, and what the example takes, per pixel."""
    base = changed(example("tilt_series"), source=Measured(views), operator=scan)
    direct = changed(base, prior=Zero(), algorithm=FilteredBackprojection(), steps=1)
    made = {"FBP": direct} | {
        f"SIRT {count}": changed(base, prior=NonNegative(), algorithm=SIRT(), steps=count) for count in TIMES
    }
    made["total variation"] = changed(base, algorithm=ADMM(), steps=200)
    return {name: _picture(each) for name, each in made.items()}


def _picture(made: Experiment) -> np.ndarray:
    assert isinstance(made.operator, Radon)
    return made.run().x.values[0, 0] * made.operator.pixel


def compared(scan: Radon, held: np.ndarray, y: torch.Tensor, pictures: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How far views that were held out are foretold."""
    angles = scan.degrees().numpy()
    other = changed(scan, angles=tuple(angles[held]))
    wanted = y[held]
    found = {
        name: other(torch.from_numpy(np.ascontiguousarray(x, np.float32) / (scan.pixel or 1))[None, None])[0, 0]
        for name, x in pictures.items()
    }
    return {name: float((each - wanted).norm() / wanted.norm()) for name, each in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python", help="that of an environment in which etspy is installed")
    made = example("tilt_series")
    y, known = made.source.loaded().tensor, made.operator
    assert isinstance(known, Radon)
    angles = known.degrees().numpy()
    held = np.arange(len(angles)) % HELD == HELD // 2
    middle = changed(known, offset=0.0)
    their = theirs(parser.parse_args().python, y[~held].numpy(), angles[~held])
    version = str(their.pop("version"))
    seen = changed(middle, angles=tuple(angles[~held]))
    own, axis = ours(seen, y[~held]), ours(changed(seen, offset=known.offset), y[~held])
    turned = {name: _as_ours(x, own["FBP"]) for name, x in their.items()}
    foretold = compared(middle, held, y, own), compared(known, held, y, axis), compared(middle, held, y, turned)
    rows = [
        (
            name,
            f"{np.corrcoef(own[name].ravel(), turned[name].ravel())[0, 1]:.4f}" if name in turned else "",
            *(_apart(own[name], turned[name]) if name in turned else ("", "")),
            *(f"{each[name]:.2%}" if name in each else "" for each in (foretold[2], foretold[0], foretold[1])),
        )
        for name in own
    ]
    head = ("way", "correlation of ours and etspy's", "best scale of etspy's", "|ours - scale etspy's| / |ours|")
    head += ("held-out views: etspy", "ours, axis in the middle", "ours, axis found")
    said = f"etspy {version}, 66 of 77 views, 11 held out, SIRT not negative."
    publish("tilt_series_etspy", {"rows": [dict(zip(head, row, strict=True)) for row in rows]}, said, table(head, rows))


def _apart(ours: np.ndarray, theirs: np.ndarray) -> tuple[str, str]:
    """The scale at which theirs comes closest, and how far it then is: ASTRA weights views as if of half a turn."""
    scale = float((ours * theirs).sum() / np.square(theirs).sum())
    return f"{scale:.3f}", f"{np.linalg.norm(ours - scale * theirs) / np.linalg.norm(ours):.3f}"


def _as_ours(x: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Of the eight ways to lay a square that which looks like ours."""
    ways = [np.rot90(each, k) for each in (x, x.T) for k in range(4)]
    return max(ways, key=lambda each: float((each * wanted).sum()))


if __name__ == "__main__":
    main()
