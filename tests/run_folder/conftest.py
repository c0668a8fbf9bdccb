"""A folder of runs that differ, made as a person makes them, and runs of older builds beside them."""

import json
import shutil
from pathlib import Path

import pytest

from workbench import storage
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Poisson
from workbench.operators import Identity
from workbench.priors import NonNegative, Sum, Tikhonov, TotalVariation
from workbench.run_folder import keep

OLDER = Path(__file__).parent.parent / "data" / "runs"
SIGNAL = Shipped("shepp_logan", 16)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five runs of this build, six files of an older one, and files that are no runs."""
    folder = tmp_path_factory.mktemp("runs")
    identity = Identity((1, 16, 16))
    for experiment in (
        Experiment(SIGNAL, identity, prior=Tikhonov(0.5), steps=3),
        Experiment(SIGNAL, identity, prior=TotalVariation(0.5), steps=4, seed=7),
        Experiment(SIGNAL, identity, prior=Sum(Tikhonov(1e-3), NonNegative()), steps=2),
        Experiment(SIGNAL, identity, noise=Poisson(), prior=TotalVariation(2.0), steps=2),
        Experiment(Shipped("camera", 16), identity, steps=5),
    ):
        keep(experiment.run(), folder)
    for path in OLDER.glob("*.nc"):
        shutil.copyfile(path, folder / path.name)
    (folder / "being_written.nc").write_bytes(b"")
    (folder / "cut.nc").write_bytes((OLDER / "nested.nc").read_bytes()[:9000])
    (folder / "notes.txt").write_text("mine")
    newer = storage.load(OLDER / "nested.nc")
    spec = json.loads(newer.attrs["spec"]) | {"version": 99}
    storage.save(newer.assign_attrs(spec=json.dumps(spec)), folder / "newer.nc")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it that may be changed."""
    return Path(shutil.copytree(made, tmp_path / "runs"))
