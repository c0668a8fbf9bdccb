"""Examples of what lies behind a picture: what is in them, what comes out of some, and the ways to them."""

import importlib.util

import pytest
import torch

from workbench.analysis.unknowns import pictured_blocks
from workbench.cli import main
from workbench.data import ExampleSignal, example_info
from workbench.data.example_signals.infos import MADE_EXAMPLES
from workbench.example_scans import example
from workbench.experiment import Experiment, from_description
from workbench.live.address import from_address, to_address
from workbench.live.telling import python
from workbench.noise import Gaussian
from workbench.parameters import changed, describe
from workbench.parametrisations import Generator
from workbench.priors import OnUnknown, Tikhonov
from workbench.refusal import Refusal
from workbench.run import iterate

NAMES = [name for name in MADE_EXAMPLES if not example_info(name).missing]


def errors(made: Experiment, steps: int) -> dict[str, float]:
    """|x - truth| / |truth| after so many steps, and that of every known block, aligned."""
    problem = made.problem()
    *_, state = (s for s, _ in zip(iterate(problem, made.algorithm), range(steps + 1), strict=False))
    assert problem.truth is not None and made.truth is not None
    picture = float((problem.aligned(state.x) - problem.truth).norm() / problem.truth.norm())
    blocks = pictured_blocks(made.parametrisation, state.x, made.truth.blocks)
    return {"picture": picture} | {block.name: block.error for block in blocks if block.error is not None}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_runs_and_every_way_leads_back_to_it(name):
    made = example(name)
    problem = made.problem()
    assert made.algorithm.unmet(problem) == "" and problem.truth is not None and problem.y.isfinite().all()
    assert all(getattr(example_info(name), word) for word in ("title", "about", "licence", "origin"))
    known = made.source.blocks
    if known is not None:
        picture = made.parametrisation.picture(made.parametrisation.joined(known)).to(problem.truth)
        # The maps of coils are not splines, but near.
        near = 0.01 if name == "joint_sense" else 1e-5
        torch.testing.assert_close(picture, problem.truth, atol=near, rtol=1e-5)
    assert describe(from_address(to_address(made))) == describe(made)
    moved = changed(made, steps=7, seed=3)
    assert f"example={name}" in to_address(moved) and describe(from_address(to_address(moved))) == describe(moved)
    space: dict[str, object] = {}
    exec(python(moved).replace("result = ", "told = ").replace(".run()", ""), space)  # what a person pastes
    assert describe(space["told"]) == describe(moved)


def test_a_description_holds_the_name_and_gives_the_same_numbers():
    made = example("self_calibration")
    again = from_description(describe(made))
    assert isinstance(again.source, ExampleSignal) and torch.equal(again.problem().y, made.problem().y)


@pytest.mark.parametrize(
    ("name", "steps", "most"),
    [
        ("matrix_completion", 20, {"picture": 2e-3, "left": 2e-3, "right": 2e-3}),
        ("film_completion", 20, {"picture": 2e-3, "left": 2e-3, "right": 2e-3}),
        ("self_calibration", 1, {"picture": 1e-3, "gains": 1e-3, "image": 0.05}),
        ("masked_dictionary", 60, {"picture": 0.09}),
        ("matrix_sensing", 60, {"picture": 2e-3, "left": 2e-3, "right": 2e-3}),
        ("phase_lifting", 300, {"picture": 2e-3, "factor": 2e-3}),
        ("known_displacement", 60, {"picture": 0.01, "displacement": 0.25}),
        ("cross_sections", 30, {"picture": 0.3}),
        ("digit_generator", 60, {"picture": 0.16}),
        ("shared_gradient", 60, {"picture": 0.02}),
        ("joint_sense", 2, {"picture": 0.03, "image": 0.03}),
    ],
)
def test_blocks_are_found_up_to_what_no_picture_tells(name, steps, most):
    found = errors(example(name), steps)
    assert all(found[part] < bound for part, bound in most.items()), found


def test_clipped_waves_rise_again_in_analysis_and_in_synthesis_form():
    """Both forms take more than half of what clipping took, and end within a dB of each other."""
    problem = example("heart_analysis").problem()
    clipped = float((problem.y - problem.truth).norm() / problem.truth.norm())
    analysis, synthesis = (errors(example(f"heart_{form}"), 150)["picture"] for form in ("analysis", "synthesis"))
    assert max(analysis, synthesis) < 0.6 * clipped
    assert 0.89 < analysis / synthesis < 1.12


def test_noise_on_what_is_shared_is_a_defence():
    made = example("shared_gradient")
    open_, defended = (errors(changed(made, noise=Gaussian(s)), 60)["picture"] for s in (1e-3, 0.1))
    assert open_ < 0.02 and defended > 0.3


def test_a_generator_moves_its_layers_within_the_balls():
    """Pictures near those of the latent numbers: nearer to the digit, and no further away than allowed."""
    made = example("digit_generator")
    problem = made.problem()
    *_, state = (s for s, _ in zip(iterate(problem, made.algorithm), range(101), strict=False))
    views = problem.parametrisation.views(state.x)
    assert all(0 < float(views[f"layer_{i}"].abs().mean()) <= 0.01 * (1 + 1e-6) for i in (1, 2))
    alone = changed(made, parametrisation=Generator((1, 32, 32)), prior=OnUnknown(Tikhonov(1.0), "latent"))
    assert (
        float((problem.picture(state.x) - problem.truth).norm() / problem.truth.norm()) < errors(alone, 100)["picture"]
    )


def test_gross_errors_are_in_the_data_and_not_in_the_truth():
    problem = example("gross_errors").problem()
    far = (problem.y - problem.truth).abs() > 0.1
    assert 0.25 < float(far.double().mean()) < 0.32


def test_an_example_whose_package_is_missing_says_what_brings_it():
    if importlib.util.find_spec("tensorly") is not None:
        pytest.skip("tensorly is there")
    with pytest.raises(Refusal, match=r"inverse-workbench\[examples\]"):
        example("unmixing")


def test_the_command_line_tells_of_them(capsys):
    assert main(["examples", "list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in MADE_EXAMPLES)
    assert main(["examples", "show", "blind_deblurring"]) == 0
    told = capsys.readouterr().out
    assert "KernelAndImage" in told and "workbench run --example blind_deblurring" in told
    assert main(["run", "--example", "matrix_completion", "--steps", "3", "--json"]) == 0
    assert '"psnr"' in capsys.readouterr().out
