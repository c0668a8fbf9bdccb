"""`workbench perturb`: the top singular vector of a dense map, files of it, Ctrl-C, and what is refused."""

import json

import numpy as np
import pytest
import torch
import xarray as xr

from workbench import tuning
from workbench.cli import main
from workbench.operators import GaussianBlur
from workbench.tuning import perturbations

SIDE = 9
WORDS = ["perturb", "--truth", "coins", "--size", str(SIDE), "--operator", "GaussianBlur", "--set", "operator.width=1"]
RIDGE = [*WORDS, "--noise", "Gaussian", "--set", "noise.sigma=0.1", "--prior", "Tikhonov", "--set", "prior.weight=5"]


def told(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


def test_of_tikhonov_it_is_the_top_singular_vector(capsys, tmp_path):
    out, figure = tmp_path / "worst.nc", tmp_path / "worst.png"
    more = [
        "--accuracy",
        "1e-9",
        "--most",
        "3000",
        "--size-of-change",
        "0.5",
        "--out",
        str(out),
        "--figure",
        str(figure),
    ]
    assert main([*RIDGE, "--algorithm", "ConjugateGradient", "--json", *more]) == 0
    found, n = told(capsys), SIDE**2
    points = torch.eye(n, dtype=torch.float64).reshape(-1, 1, SIDE, SIDE)
    A = GaussianBlur((1, SIDE, SIDE), 1.0)(points).flatten(1).T.numpy()
    R = np.linalg.solve(A.T @ A / 0.01 + 5 * np.eye(n), A.T / 0.01)
    _, values, right = np.linalg.svd(R)
    assert found["gain"] == pytest.approx(values[0], rel=1e-6) and found["settled"] and found["rounded"] is None
    assert found["measured"] == pytest.approx(values[0], rel=1e-4)  # a linear map, by the method itself
    kept = xr.open_dataset(out, engine="h5netcdf")
    e = kept["direction"].values.ravel()
    top = right[values > values[0] * (1 - 1e-6)]
    np.testing.assert_allclose(top.T @ (top @ e), e, atol=1e-3)
    np.testing.assert_allclose(R @ e, kept["image"].values.ravel(), atol=1e-7)
    np.testing.assert_allclose((R @ A)[:, n // 2], kept["point"].values.ravel(), atol=1e-7)
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_what_is_not_exact_is_said(capsys):
    assert main([*WORDS, "--most", "2", "--point", "4,3", "--steps", "20"]) == 0
    said = capsys.readouterr().out
    assert "kinks of the prior are rounded off over" in said and "had not settled" in said
    assert "a faint point at (4, 3)" in said


def test_after_ctrl_c_what_was_found_stays(capsys, monkeypatch):
    def pressed(*args, **kwargs):
        import os
        import signal

        for step, found in enumerate(perturbations.worst_perturbations(*args, **kwargs)):
            if step == 3:
                os.kill(os.getpid(), signal.SIGINT)
            yield found

    monkeypatch.setattr(tuning, "worst_perturbations", pressed)
    assert main([*RIDGE, "--json", "--accuracy", "1e-12"]) == 130
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["steps"] == 3 and not found["settled"] and found["gain"] > 0
    assert "interrupted after 3 steps" in captured.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--algorithm", "UnadjustedLangevin", "--prior", "Tikhonov"], "UnadjustedLangevin goes to no minimum"),
        (["--prior", "NonNegative"], "a prior with a Hessian"),
        (["--set", "prior.weight=auto"], "a weight that stays"),
        (["--parametrisation", "LowRank"], "pictures that are the unknown"),
        (["--accuracy", "0"], "an accuracy between"),
        (["--most", "0"], "a number of steps"),
        (["--size-of-change", "-1"], "a size of the change"),
        (["--width", "0"], "a width above 0"),
        (["--point", "here"], "a pixel of 2 whole numbers"),
        (["--point", "9,9"], "a pixel of one item"),
        (["--figure", "worst.gif"], "the ending of a figure"),
    ],
)
def test_what_has_no_worst_change_is_refused_in_a_sentence(capsys, words, sentence):
    assert main([*WORDS, "--steps", "2", *words]) == 2
    assert sentence in capsys.readouterr().err
