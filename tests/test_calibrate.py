"""`workbench calibrate`: intervals on the command line."""

import json
import signal

import pytest
import torch
import xarray as xr

from workbench import tuning
from workbench.cli import main
from workbench.progress import Bar
from workbench.tuning import held_out_crops

SMALL = ["--truth", "coins", "--size", "16", "--steps", "5"]


def test_intervals_are_made_said_and_saved(capsys, tmp_path):
    out = str(tmp_path / "intervals.nc")
    assert main(["calibrate", *SMALL, "--held-out", "24", "--region", "4", "--out", out, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rank"] == 23 and found["coverage"] == 23 / 25 and 0 <= found["inside"] <= 1
    with xr.open_dataset(out) as saved:
        assert saved["low"].shape == (1, 1, 4, 4) and bool((saved["low"] <= saved["high"]).all())
        width = float((saved["high"] - saved["low"]).mean()) / 2
    assert abs(width - found["half_width"]) < 1e-6


def test_intervals_of_a_parametrised_run_are_of_its_picture(capsys, tmp_path):
    """A grid as fine as the picture is the picture."""
    asked, found = ["calibrate", *SMALL, "--prior", "Tikhonov", "--algorithm", "LBFGS", "--held-out", "9"], []
    for number, words in enumerate(([], ["--parametrisation", "Grid", "--set", "parametrisation.spacing=1"])):
        assert main([*asked, *words, "--out", str(tmp_path / f"{number}.nc"), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out)["half_width"])
    direct, gridded = (xr.open_dataset(tmp_path / f"{number}.nc").load() for number in (0, 1))
    assert found[0] == pytest.approx(found[1], rel=1e-2)
    xr.testing.assert_allclose(direct, gridded, rtol=0, atol=2e-2)


def test_too_few_pictures_are_one_sentence(capsys):
    assert main(["calibrate", *SMALL, "--held-out", "5"]) == 2
    assert "at least 9 pictures" in capsys.readouterr().err
    assert main(["calibrate", *SMALL, "--held-out", "30", "--of", "camera", "--alpha", "2"]) == 2
    assert "between 0 and 1" in capsys.readouterr().err


def test_data_unlike_the_held_out_pieces_are_complained_of_with_what_to_give(capsys):
    """Coins at 32 pixels are busier than any quarter of a photograph: half of them lies inside."""
    asked = ["calibrate", "--truth", "coins", "--steps", "60", "--held-out", "50"]
    assert main([*asked, "--size", "32"]) == 0
    told = capsys.readouterr()
    assert "unlike" in told.out and "--of NAME" in told.err
    assert main([*asked, "--size", "64"]) == 0
    told = capsys.readouterr()
    assert "unlike" not in told.out and not told.err


def test_a_weight_is_found_from_other_pictures_than_those_at_hand_and_those_held_out(capsys, monkeypatch):
    """Else the data at hand would be better off than the held-out ones: they would not be exchangeable."""
    asked = ["--size", "8", "--steps", "2", "--held-out", "9", "--set", "prior.weight=auto", "--json"]
    seen, tune = [], tuning.tune
    monkeypatch.setattr(tuning, "tune", lambda problem, walk: seen.append(problem.y) or tune(problem, walk=walk))
    for name in ("coins", "camera"):
        assert main(["calibrate", "--truth", name, "--noise", "Gaussian", *asked]) == 0
        assert "beside the held-out ones" in json.loads(capsys.readouterr().out)["weight_reason"]
    assert torch.equal(*seen) and len(seen[0]) == 8


@pytest.mark.parametrize(("batches", "code"), [(1, 130), (0, 0)])
def test_ctrl_c_keeps_the_intervals_of_the_pictures_so_far(capsys, monkeypatch, batches, code):
    """After one batch of 16 pictures, of 20 that were asked for."""
    monkeypatch.setattr(Bar, "show", lambda bar, k: signal.raise_signal(signal.SIGINT) if k == batches else None)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    assert main(["calibrate", *SMALL, "--held-out", "40", "--json"]) == code
    signal.signal(signal.SIGINT, before)
    told = capsys.readouterr()
    found = json.loads(told.out)["held_out"]
    assert (found < 40) == bool(batches) == ("interrupted after" in told.err)


def test_a_rule_that_ends_a_run_elsewhere_is_refused(capsys):
    assert main(["calibrate", *SMALL, "--held-out", "9", "--stop", "gap=1e-3"]) == 2
    assert "leave --stop out" in capsys.readouterr().err


def test_held_out_pieces_differ_and_repeat_by_seed():
    one, again, other = (held_out_crops(("coins",), (1, 12, 12), 5, seed) for seed in (0, 0, 1))
    assert one.shape == (5, 1, 12, 12)
    assert bool((one == again).all()) and not bool((one == other).all())
