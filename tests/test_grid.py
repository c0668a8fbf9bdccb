"""No knobs: cells of the catalogue run from their defaults, and the command that says so."""

import csv

import pytest
import torch

from workbench import catalog, grid
from workbench.algorithms import PDHG, GradientDescent
from workbench.cli import main
from workbench.noise import Gaussian, Likelihood
from workbench.operators import Identity
from workbench.parameters import changed
from workbench.priors import Tikhonov, TotalVariation
from workbench.problem import Problem

# Weights are not found from the data. On differences of signals and on clipped ones, where most slopes are lost, the
# default is too large: the minimum itself lies below the baseline, and a better method gets there sooner.
DIFFERENCES = {"Gradient", "FiniteDifference", "GraphIncidence", "GraphLaplacian"}
OVERSMOOTHED = DIFFERENCES | {"Clipping"}
# Where data are a quarter of the unknowns, what a prior takes counts as noise: the level that is estimated with the
# picture comes out high, 0.07 for 0.05. Behind a slight blur the minimum with Laplace noise lies below the baseline:
# PDHG, its preconditioned form and ADMM all end there, at 20.7 dB for 21.3.
SMOOTHED_MORE = {
    ("ConcomitantGaussian", "Downsample"),
    ("ConcomitantGaussian", "BicubicDownsample"),
    ("Laplace", "ConvolutionPSF"),
}
# Splitting begins with a weak coupling: of a prior that is not convex it takes a coarse partition, and stays there. Its
# objective ends at 1417 where proximal gradient finds 1074.
ANOTHER_VALLEY = {("DyadicPartition", "HalfQuadraticSplitting")}


def test_a_cover_of_all_pairs_passes_from_defaults(tmp_path, capsys) -> None:
    """Every valid pair of operator, noise, prior and algorithm at least once, at 32 x 32."""
    main(["bench", "grid", "--cover", "--out", str(tmp_path / "grid.csv")])
    assert "cells, 32 samples a side" in capsys.readouterr().out
    tried = list(csv.DictReader((tmp_path / "grid.csv").open(newline="")))
    kinds = ("operator", "noise", "prior", "algorithm")
    # Methods over blocks want an unknown that is not the picture: tests/algorithms/test_minimisers.py tries those.
    others = {n for n, cls in catalog.members("algorithm").items() if ".blocks." in cls.__module__}
    others.add("CrossSections")  # of a volume alone
    assert [{row[kind] for row in tried} for kind in kinds] == [
        set(names) - others for names in zip(*grid.cells(), strict=True)
    ]
    failed = [row for row in tried if row["outcome"] != "passed" and "below the baseline" not in row["reason"]]
    # The prox of a learned prior is found by a search, which says so where it does not end far from pictures.
    failed = [row for row in failed if "a prox of the learned prior" not in row["reason"]]
    # Differences do not see the mean: a denoiser alone holds it, and far from pictures it takes the mean away, which
    # the run says (docs/decisions/plug_and_play.md).
    drift = {(True, name) for name in ("PnPADMM", "PnPHQS", "PnPPGD", "RED")}
    assert {(row["operator"] in DIFFERENCES, row["algorithm"]) for row in failed} <= drift
    assert all(row["reason"].startswith("diverged") for row in failed)
    # A misfit that is not convex may end in another valley than that of the truth.
    bent = {n for n, cls in catalog.members("noise").items() if Likelihood.CONVEX not in cls().can}
    lost = [row for row in tried if "below the baseline" in row["reason"]]
    lost = [row for row in lost if (row["noise"], row["operator"]) not in SMOOTHED_MORE]
    lost = [row for row in lost if (row["prior"], row["algorithm"]) not in ANOTHER_VALLEY]
    assert not [row for row in lost if row["operator"] not in OVERSMOOTHED and row["noise"] not in bent]


@pytest.fixture
def problem() -> Problem:
    truth = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    return Problem.simulate(Identity((1, 16, 16)), Gaussian(), Tikhonov(), truth)


def test_a_cell_that_cannot_be_valid_is_refused_with_its_sentence() -> None:
    (verdict,) = grid.judge([("GaussianBlur", "Gaussian", "TotalVariation", "GradientDescent")])
    assert verdict.outcome == "refused" and "GradientDescent needs" in verdict.reason
    (verdict,) = grid.judge([("FourierMask", "Poisson", "Zero", "PDHG")])
    assert verdict.outcome == "refused" and verdict.reason


def test_a_run_that_ends_above_its_start_or_diverges_fails(problem) -> None:
    cell = ("Identity", "Gaussian", "Tikhonov", "GradientDescent")
    bad = changed(GradientDescent(), step_size=1.0)
    assert "diverged" in grid.run_cell(cell, problem, bad, 50).reason
    assert "diverged" in grid.run_cell(cell, problem, bad, 1).reason, "eight steps, taken to be sure, came to 1e19"
    worse = changed(bad, step_size=0.007)  # 1.4 times the largest safe step
    assert "above its start" in grid.run_cell(cell, problem, worse, 1).reason
    assert grid.run_cell(cell, problem, GradientDescent(), 50).outcome == "passed"


def test_a_suited_prior_must_not_lose_to_the_baseline(problem) -> None:
    from dataclasses import replace

    heavy = replace(problem, prior=TotalVariation(1e6))
    verdict = grid.run_cell(("Identity", "Gaussian", "TotalVariation", "PDHG"), heavy, PDHG(), 50)
    assert verdict.outcome == "failed" and "dB below the baseline" in verdict.reason


def test_a_table_is_gone_on_with_and_another_file_is_left_alone(tmp_path, capsys) -> None:
    path = tmp_path / "grid.csv"
    words = ["bench", "grid", "--only", "Integration", "--cover", "--steps", "2", "--size", "16", "--jobs", "1"]
    main([*words, "--out", str(path)])
    first, when = path.read_text(), path.stat().st_mtime_ns
    main([*words, "--out", str(path)])
    assert path.read_text() == first and path.stat().st_mtime_ns == when
    (tmp_path / "other.csv").write_text("a,b\n")
    capsys.readouterr()
    assert main([*words, "--out", str(tmp_path / "other.csv")]) == 2
    assert "table of an earlier" in capsys.readouterr().err
    assert (tmp_path / "other.csv").read_text() == "a,b\n"


@pytest.mark.parametrize("words", [["--only", "TV"], ["--size", "4"], ["--jobs", "0"], ["--out", "/nowhere/a.csv"]])
def test_what_cannot_be_run_is_one_sentence(words, capsys) -> None:
    assert main(["bench", "grid", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1
