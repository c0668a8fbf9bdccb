"""A sweep over a file of one's own goes on with that file alone."""

import numpy as np
import pytest

from workbench.data import Measured
from workbench.experiment import Experiment
from workbench.operators import Identity
from workbench.refusal import Refusal
from workbench.sweeps.fingerprint import fingerprint
from workbench.sweeps.plan import plan
from workbench.sweeps.store import Store

pytest.importorskip("zarr")
VALUES = np.arange(64.0).reshape(8, 8)


def test_other_numbers_under_the_same_name_are_no_part_of_the_sweep(tmp_path):
    """Before, cells of both went into one store without a word: objectives of 1e6 beside 1e10."""
    np.save(tmp_path / "y.npy", VALUES)
    np.save(tmp_path / "z.npy", VALUES)
    job = Experiment(Measured(str(tmp_path / "y.npy")), Identity((1, 8, 8)), steps=1)
    both = [str(tmp_path / "y.npy"), str(tmp_path / "z.npy")]
    made = plan(job, {"prior.weight": [1.0, 2.0], "source.data": both})
    Store(made, tmp_path / "s.zarr")
    Store(made, tmp_path / "s.zarr")
    np.save(tmp_path / "z.npy", 2 * VALUES)
    with pytest.raises(Refusal, match=r"got 'z.npy', which was changed since: put them back"):
        Store(made, tmp_path / "s.zarr")
    np.save(tmp_path / "z.npy", VALUES)
    assert len(list(Store(made, tmp_path / "s.zarr").pending())) == 4


def test_a_folder_is_known_by_what_is_in_it(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1").write_text("one")
    before = fingerprint(tmp_path / "a")
    assert before and before == fingerprint(tmp_path / "a") and fingerprint(tmp_path / "none") == ""
    (tmp_path / "a" / "2").write_text("two")
    assert fingerprint(tmp_path / "a") != before


def test_measured_data_are_named_in_a_grid_as_in_set(tmp_path):
    """`data.variable` was refused, which `--set` takes; `truth.size` was not."""
    np.savez(tmp_path / "two.npz", a=np.ones((8, 8)), b=2 * np.ones((8, 8)))
    job = Experiment(Measured(str(tmp_path / "two.npz"), "a"), Identity((1, 8, 8)), steps=1)
    made = plan(job, {"data.variable": ["a", "b"]})
    made.require()
    assert [made.experiment((i, 0)).source.variable for i in (0, 1)] == ["a", "b"]
