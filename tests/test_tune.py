"""`workbench tune`, `--set prior.weight=auto`, and `Experiment.tuned`: a weight found is a number like any other."""

import json
import signal

import pytest

from workbench import storage
from workbench.cli import main
from workbench.data import Shipped
from workbench.experiment import Experiment, from_run
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.parameters import changed, describe
from workbench.priors import Sum, Tikhonov, TotalVariation, WaveletL1
from workbench.progress import Bar
from workbench.refusal import Refusal
from workbench.tuning import Walk

SMALL = ["--truth", "coins", "--size", "32", "--noise", "Gaussian", "--set", "noise.sigma=0.1"]


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> dict:
    assert main([*argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_tune_says_weights_quality_and_why(capsys, tmp_path):
    found = said(
        capsys, "tune", *SMALL, "--count", "13", "--weights", "0.3:300", "--figure", str(tmp_path / "tune.png")
    )
    assert {"sure", "gcv", "oracle"} <= set(found["selected"]) == set(found["psnr"])
    assert found["psnr"]["oracle"] == max(found["psnr"].values())
    assert found["chosen"] == found["selected"]["sure"] and "SURE" in found["reason"]
    assert len(found["weights"]) == 13 == len(found["curves"]["sure"])
    assert (tmp_path / "tune.png").read_bytes()[:4] == b"\x89PNG"
    assert main(["tune", *SMALL, "--count", "9", "--selector", "discrepancy"]) == 0
    assert "discrepancy" in capsys.readouterr().out


def test_lengths_of_steps_are_learned_from_data_alone_and_run(capsys, tmp_path):
    learned = str(tmp_path / "learned.json")
    small = ["--size", "16", "--prior", "L1", "--lengths", "2", "--outer", "3"]
    found = said(capsys, "tune", "--by", "unrolling", *small, "--held-out", "2", "--out", learned)
    assert found["after"] < found["before"] and len(found["lengths"]) == 2
    run = said(capsys, "run", learned, "--steps", "3")
    assert run["spec"]["algorithm"]["lengths"] == found["lengths"]
    assert main(["tune", "--by", "hoag", "--lengths", "2"]) == 2 and "--by unrolling" in capsys.readouterr().err
    assert main(["tune", "--lengths", "2"]) == 2 and "hoag, maid or unrolling" in capsys.readouterr().err
    assert main(["tune", "--by", "unrolling", "--learn", "map"]) == 2 and "--learn" in capsys.readouterr().err


def test_a_path_that_is_too_short_goes_on(capsys):
    """SURE of a small deblurring falls below the first weight: more are added, where no range was given."""
    found = said(capsys, "tune", "--truth", "coins", "--size", "32", "--selector", "sure", "--count", "13")
    assert len(found["weights"]) > 13 and found["weights"] == sorted(found["weights"])


def test_measured_data_have_no_oracle(capsys, tmp_path):
    import numpy as np

    np.save(tmp_path / "y.npy", np.random.default_rng(0).normal(size=(1, 16, 16)).cumsum(1).astype("float32"))
    found = said(capsys, "tune", "--data", str(tmp_path / "y.npy"), "--operator", "Identity", "--count", "9")
    assert set(found["psnr"].values()) == {None} and "oracle" not in found["selected"] | found["refused"]


def test_an_automatic_weight_runs_and_is_saved_as_a_number(capsys, tmp_path):
    out = str(tmp_path / "run.nc")
    found = said(capsys, "run", *SMALL, "--set", "prior.weight=auto", "--steps", "5", "--out", out)
    weight = found["spec"]["prior"]["weight"]
    assert weight != TotalVariation().weight and "SURE" in found["weight_reason"]
    kept = storage.load(out)
    assert from_run(kept).prior.weight == weight and f"{weight:.3g}" in kept.attrs["weight_reason"]
    other = said(capsys, "run", *SMALL, "--steps", "5")
    assert other["spec"]["prior"]["weight"] == TotalVariation().weight and other["weight_reason"] is None


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["tune", *SMALL, "--selector", "shure"], "did you mean sure"),
        (["tune", *SMALL, "--weights", "3"], "LOW:HIGH"),
        (["tune", *SMALL, "--weights", "3:1"], "a larger one"),
        (["tune", *SMALL, "--count", "3"], "5"),
        (["tune", *SMALL, "--prior", "NonNegative"], "prior with a weight"),
        (["tune", *SMALL, "--where", "second.weight"], "prior.weight"),
        (["tune", *SMALL, "--weights", "1e6:1e7", "--count", "5", "--selector", "sure"], "flat|an end"),
        (["run", *SMALL, "--prior", "NonNegative", "--set", "prior.weight=auto"], "prior with a weight"),
        (
            ["run", *SMALL, "--prior", "Sum", "--set", "prior.first.weight=auto", "--set", "prior.second.weight=auto"],
            "one weight to find",
        ),
    ],
)
def test_what_cannot_be_found_is_one_sentence(capsys, argv, sentence):
    import re

    assert main(argv) == 2
    told = capsys.readouterr().err
    assert re.search(sentence, told) and told.count("\n") == 1


def test_ctrl_c_keeps_the_points_so_far(monkeypatch):
    monkeypatch.setattr(Bar, "show", lambda bar, k: signal.raise_signal(signal.SIGINT) if k == 22 else None)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    found = Experiment(Shipped("coins", 24), Identity((1, 24, 24)), prior=Tikhonov()).tune(walk=Walk(decades=8))
    assert len(found.path.points) == 23
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


def test_an_experiment_finds_its_weight():
    begun = changed(Experiment(), operator=Identity((1, 24, 24)), noise=Gaussian(0.1)).fitted((1, 24, 24))
    begun = changed(begun, source=changed(begun.source, size=24))
    made, found = begun.tuned()
    assert made.prior.weight == pytest.approx(found.chosen.weight, rel=1e-3)
    assert describe(changed(made, prior=begun.prior)) == describe(begun)
    two = changed(begun, prior=Sum(TotalVariation(), WaveletL1(0.5)))
    with pytest.raises(Refusal, match=r"prior\.first\.weight, prior\.second\.weight"):
        two.tuned()
    assert two.tuned("first.weight")[0].prior.second.weight == 0.5
