"""The command line: every answer, and every refusal in one line with exit code 2."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
from PIL import Image

from workbench import catalog, data, progress, storage, tuning
from workbench.algorithms import Algorithm, Needs
from workbench.analysis.information import FloorBins
from workbench.cli import COMMANDS, catalogue, main
from workbench.cli.catalogue import KINDS
from workbench.cli.jupyter.lab import OFFLINE, SETTINGS, arguments, folder
from workbench.cli.listing.guarantees import told
from workbench.data import Shipped
from workbench.experiment import Experiment, from_description
from workbench.operators import GaussianBlur
from workbench.parameters import describe, parameters, rebuild
from workbench.priors import Can, Tikhonov
from workbench.progress import Bar

SMALL = ("run", "--size", "32", "--steps", "4")


def answer(capsys, *argv: str) -> str:
    assert main(argv) == 0
    return capsys.readouterr().out


def refusal(capsys, *argv: str, code: int = 2) -> str:
    """The one line that a command ends with."""
    try:
        found = main(argv)
    except SystemExit as end:
        found = end.code
    out, err = capsys.readouterr()
    assert found == code
    assert not out or code == 1
    assert err.startswith("workbench: ")
    assert err.count("\n") == 1
    return err


def fresh(*argv: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "workbench", *argv]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_a_run_goes_to_disk_and_back(tmp_path):
    out, figure = tmp_path / "run.nc", tmp_path / "run.png"
    choices = ("--truth", "coins", "--operator", "Radon", "--noise", "Gaussian", "--prior", "TotalVariation")
    sets = ("--set", "prior.weight=20", "--set", "operator.angles=0,45,90", "--set", "algorithm.step_size=auto")
    ended = fresh(
        *SMALL, *choices, *sets, "--algorithm", "PDHG", "--out", out, "--figure", figure, "--json", cwd=tmp_path
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    said = json.loads(ended.stdout)
    assert {"objective", "psnr", "ssim", "iterations", "seconds", "device", "stopped"} <= set(said)
    assert (said["iterations"], said["device"], said["stopped"]) == (4, "cpu", "")
    result = storage.load(out)
    assert said["objective"] == pytest.approx(result.objective.values[-1, 0])
    experiment = from_description(json.loads(result.attrs["spec"]))
    assert describe(experiment) == said["spec"]
    assert experiment.operator.angles == (0.0, 45.0, 90.0)
    np.testing.assert_array_equal(experiment.run()["x"], result["x"])
    problem, algorithm, numbers = storage.rebuild_run(result)
    assert describe(problem.prior)["weight"] == 20
    assert describe(algorithm) == describe(experiment.algorithm)
    assert numbers["steps"] == 4
    with Image.open(figure) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 400


def test_sentences_for_a_person(capsys, tmp_path):
    out = tmp_path / "run.nc"
    text = answer(capsys, *SMALL, "--out", str(out))
    assert re.search(r"4 iterations in .* it/s\) on cpu", text)
    assert "psnr" in text
    assert f"saved {out}" in text


def test_a_saved_run_or_its_specification_is_run_again_with_changes(capsys, tmp_path):
    first = json.loads(answer(capsys, *SMALL, "--truth", "cell", "--out", str(tmp_path / "a.nc"), "--json"))
    (tmp_path / "a.json").write_text(json.dumps(first["spec"]))
    for spec in ("a.nc", "a.json"):
        again = json.loads(answer(capsys, "run", str(tmp_path / spec), "--json"))
        assert again["objective"] == first["objective"]
        changed = json.loads(answer(capsys, "run", str(tmp_path / spec), "--set", "prior.weight=1", "--json"))
        assert changed["spec"]["prior"]["weight"] == 1
        assert changed["spec"]["truth"] == first["spec"]["truth"]
    other = json.loads(answer(capsys, "run", str(tmp_path / "a.nc"), "--truth", "ecg", "--size", "40", "--json"))
    assert other["spec"]["operator"]["shape"] == [1, 40], "the operator follows the signal"


def test_a_file_of_ones_own(capsys, tmp_path):
    Image.fromarray(np.arange(40 * 30, dtype=np.uint8).reshape(40, 30)).save(tmp_path / "photo.png")
    said = json.loads(answer(capsys, "run", "--truth", str(tmp_path / "photo.png"), "--steps", "2", "--json"))
    assert said["spec"]["operator"]["shape"] == [1, 40, 30]
    small = json.loads(answer(capsys, *SMALL, "--truth", str(tmp_path / "photo.png"), "--json"))
    assert small["spec"]["operator"]["shape"] == [1, 32, 24]


def test_what_was_done_to_a_file_is_said(capsys, tmp_path):
    np.save(tmp_path / "dim.npy", (np.arange(40 * 30).reshape(40, 30) + 500).astype(np.uint16))
    words = ("run", "--truth", str(tmp_path / "dim.npy"), "--steps", "2")
    note = "16-bit integers scaled from [0, 65535] to [0, 1]; they reach 1699: window=(0, 1699) uses the whole range"
    assert f"the file: {note}\n" in answer(capsys, *words)
    said = json.loads(answer(capsys, *words, "--json", "--out", str(tmp_path / "run.nc")))
    assert (said["notes"], said["limits"]) == ([note], [0, 65535])
    assert json.loads(storage.load(tmp_path / "run.nc").attrs["notes"]) == [note]
    said = json.loads(answer(capsys, *words, "--json", "--set", "truth.window=whole"))
    assert said["limits"] == [500, 1699] and "smallest and largest" in said["notes"][0]
    said = json.loads(answer(capsys, *words, "--json", "--set", "truth.window=600,900"))
    assert said["limits"] == [600, 900] and "values clipped" in said["notes"][0]
    said = json.loads(answer(capsys, *SMALL, "--json"))
    assert (said["notes"], said["limits"]) == ([], None)


@pytest.mark.parametrize(
    ("truth", "operator", "images"),
    [("astronaut", "Downsample", 4), ("camera", "FourierMask", 4), ("camera", "Radon", 4), ("ecg", "Downsample", 0)],
)
def test_figures_of_every_kind_of_signal(capsys, tmp_path, truth, operator, images):
    file = tmp_path / "run.svg"
    choices = ("--truth", truth, "--operator", operator, "--prior", "Tikhonov", "--algorithm", "GradientDescent")
    answer(capsys, *SMALL, *choices, "--figure", str(file), "--every", "3")
    found = file.read_text().count("<image")  # colour bars are images too
    assert found >= images if images else found == 0


def test_a_diverged_run_keeps_its_last_good_state(capsys, tmp_path):
    choices = ("--algorithm", "GradientDescent", "--prior", "Tikhonov", "--set", "algorithm.step_size=9")
    long = ("--steps", "300", "--out", str(tmp_path / "run.nc"))
    sentence = refusal(capsys, *SMALL, *choices, *long, code=1)
    assert "largest safe step" in sentence
    assert np.isfinite(storage.load(tmp_path / "run.nc")["x"]).all()


def test_ctrl_c_keeps_what_was_reached(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(Bar, "show", lambda bar, k: signal.raise_signal(signal.SIGINT) if k == 3 else None)
    file = tmp_path / "run.nc"
    assert main([*SMALL, "--steps", "100000", "--out", str(file)]) == 130
    assert capsys.readouterr().err == "workbench: stopped by hand at iteration 3\n"
    assert storage.load(file).attrs["stopped"] == "stopped by hand at iteration 3"
    assert list(storage.load(file).k.values) == [0, 1, 2, 3]


def test_a_bar_is_drawn_on_a_terminal_alone(capsys, monkeypatch):
    bar = Bar(200)
    bar.show(100)
    bar.clear()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    bar = Bar(200)
    bar.begin -= 2
    bar.show(100)
    assert re.search(r"━━─+ 100/200  \d+(\.\d+)? it/s  2 s left", capsys.readouterr().err)


def test_what_is_counted_is_all_there_and_its_bar_goes_with_the_last(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "_SHORT", -1.0)
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    assert list(progress.counted("abc", 3, "letters")) == ["a", "b", "c"]
    said = capsys.readouterr().err
    assert "1/3" in said and "3/3" in said and "letters/s" in said and said.endswith("\r\x1b[K")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: list(progress.counted("abc", 3, "letters"))).result()
    assert capsys.readouterr().err == "", "the page shows its own"


def test_a_path_of_weights_has_a_bar_wherever_it_is_walked(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "_SHORT", -1.0)
    small = Experiment(Shipped("coins", 16), GaussianBlur((1, 16, 16)), prior=Tikhonov())
    small.tune(walk=tuning.Walk(count=5))
    assert re.search(r"[1-5]/5 .* weights/s", capsys.readouterr().err)


@pytest.mark.parametrize("kind", KINDS)
def test_lists_are_plain_json(capsys, kind):
    text = answer(capsys, "list", kind, "--json")
    found = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))[kind]
    if kind == "truths":
        assert [entry["name"] for entry in found] == list(data.names())
        return
    members = catalog.members(KINDS[kind])
    assert [entry["name"] for entry in found] == sorted(members)
    for entry in found:
        assert [p["name"] for p in entry["parameters"]] == [p.name for p in parameters(members[entry["name"]])]
        assert all(p["meaning"] for p in entry["parameters"])


def test_lists_for_a_person_name_everything(capsys):
    text = answer(capsys, "list")
    for kind in catalog.KINDS:
        assert all(re.search(rf"^{name}  \S", text, re.MULTILINE) for name in catalog.members(kind))
    assert re.search(r"width += 1\.5 .* px +standard deviation", text)
    assert "Photographer behind a camera" in text


def test_doctor_finds_this_machine_in_order(capsys):
    found = json.loads(answer(capsys, "doctor", "--json"))["findings"]
    by_name = {f["about"]: f for f in found}
    assert by_name["torch"]["found"] == torch.__version__
    assert "cpu" in by_name["devices"]["found"]
    assert by_name["signals"]["found"] == f"{len(data.names())} of {len(data.names())} signals"
    assert not any(f["remedy"] for f in found if f["about"] != "port")
    assert "psnr" in answer(capsys, "doctor")


def test_doctor_says_where_kernels_are_kept_and_what_helps_where_nothing_can_be(capsys, monkeypatch):
    found = {f["about"]: f for f in json.loads(answer(capsys, "doctor", "--json"))["findings"]}
    assert Path(found["cache of kernels"]["found"]).is_dir()
    monkeypatch.setattr("workbench.kernels.dispatch.cache_folder", lambda: "")
    line = next(line for line in answer(capsys, "doctor").splitlines() if "cache of kernels" in line)
    assert line.startswith("!") and "NUMBA_CACHE_DIR" in line


def test_an_account_without_a_home_gets_one_that_is_not_there(capsys, monkeypatch):
    """Bokeh and Jupyter ask for the home when they are imported, and end where the system knows of none."""

    def unknown():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setenv("HOME", "somewhere")
    monkeypatch.setattr(Path, "home", unknown)
    answer(capsys, "list", "priors")
    assert os.environ["HOME"] == "/nonexistent"


def test_lab_asks_the_network_for_nothing():
    import jupyterlab
    from jupyterlab.labapp import LabApp

    assert set(OFFLINE) <= set(arguments(folder(), 8888))
    assert "--no-browser" in arguments(folder(), 8888, browser=False)
    assert hasattr(jupyterlab, "NeverCheckForUpdate")
    assert {"extension_manager", "check_for_updates_class", "news_url"} <= set(LabApp.class_trait_names())
    assert Path(arguments(folder(), 8888)[0]).is_dir()
    overrides = json.loads((SETTINGS / "labconfig" / "default_setting_overrides.json").read_text())
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_version_and_help(capsys):
    for argv in (["--version"], ["--help"], *([name, "--help"] for name in COMMANDS)):
        with pytest.raises(SystemExit, match="0"):
            main(argv)
        assert "workbench" in capsys.readouterr().out
    assert "examples:" in answer(capsys)


RUNS = [
    (["--pior", "Tikhonov"], ["'--pior'", "did you mean --prior?"]),
    (["more", "words"], ["'words'", "see `workbench run --help`"]),
    (["--steps"], ["expected one argument", "--help"]),
    (["--prior", "TotalVaration"], ["'TotalVaration'", "TotalVariation"]),
    (["--truth", "camra"], ["'camra'", "did you mean camera?"]),
    (["--truth", "nothing.png"], ["nothing.png", "not there"]),
    (["--set", "prior.wieght=3"], ["'wieght'", "did you mean weight?"]),
    (["--set", "pior.weight=3"], ["'pior'", "did you mean prior?"]),
    (["--set", "weight"], ["'weight'", "--set prior.weight=20"]),
    (["--set", "prior.weight=-3"], ["0 to 1e+09", "-3"]),
    (["--set", "prior.weight=much"], ["a number", "'much'"]),
    (["--set", "truth.size=big"], ["a whole number", "'big'"]),
    (["--steps", "0"], ["whole number of 1", "0"]),
    (["--every", "0"], ["--every", "0"]),
    (["--algorithm", "ConjugateGradient"], ["ConjugateGradient needs", "TotalVariation lacks", "try"]),
    (["--operator", "Radon", "--truth", "ecg"], ["Radon"]),
    (["--device", "cuda:9"], ["a device of this machine (cpu", "'cuda:9'"]),
    (["--figure", "run.txt"], ["'.txt'", ".png"]),
    (["--out", "none/run.nc"], ["none/run.nc", "folder that exists"]),
    (["none.json"], ["none.json", "no file"]),
    (["none.nc"], ["none.nc", "no file"]),
    (["--truth", 300 * "x"], ["name too long", "another name"]),
    (["--out", f"{300 * 'x'}.nc"], ["name too long"]),
    (["--algorithm", "UnrolledISTA", "--set", f"algorithm.file={300 * 'x'}.safetensors"], ["which is no file"]),
]


@pytest.mark.parametrize(("words", "sentences"), RUNS, ids=lambda value: " ".join(value)[:40])
def test_what_cannot_be_run_is_refused_in_one_line(capsys, tmp_path, monkeypatch, words, sentences):
    monkeypatch.chdir(tmp_path)
    line = refusal(capsys, "run", *words, *([] if "--steps" in words else SMALL[1:]))
    for sentence in sentences:
        assert sentence in line
    assert not list(tmp_path.iterdir())


def test_no_cuda_where_asked(capsys):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    for command in ("run", "serve"):
        assert "(cpu), got 'cuda'" in refusal(capsys, command, "--device", "cuda")


FILES = {
    "text.png": b"not a picture",
    "empty.npy": b"",
    "cut.png": Path(data.__file__).with_name("__init__.py").read_bytes(),
    "text.json": b"{",
    "list.json": b"[1]",
    "type.json": b'{"prior": {"type": "priors.Nothing"}}',
    "key.json": b'{"stepz": 3}',
    "text.nc": b"not a run",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_what_it_says(capsys, tmp_path, name):
    file = tmp_path / name
    file.write_bytes(FILES[name])
    words = ["--truth", str(file)] if file.suffix in (".png", ".npy") else [str(file)]
    assert "wanted" in refusal(capsys, *SMALL, *words)


def test_a_nan_image(capsys, tmp_path):
    image = np.ones((16, 16), np.float32)
    image[3, 4] = np.nan
    np.save(tmp_path / "image.npy", image)
    assert "1 of 256 NaN or infinite" in refusal(capsys, "run", "--truth", str(tmp_path / "image.npy"))


def test_shapes_that_differ(capsys, tmp_path):
    halves = {"type": "operators.Adjoint", "operator": {"type": "operators.Downsample", "shape": [1, 32, 32]}}
    spec = {"operator": halves}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    line = refusal(capsys, "run", str(tmp_path / "spec.json"), "--size", "64")
    assert "1 x 64 x 64" in line
    assert "1 x 32 x 32" in line


def test_operators_in_operators_follow_the_signal(capsys, tmp_path):
    identity = {"type": "operators.Identity", "shape": [1, 16, 16]}
    spec = {"operator": {"type": "operators.Composition", "outer": identity, "inner": identity}}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    inner = ("--set", "operator.inner=Downsample", "--set", "operator.inner.factor=4")
    said = json.loads(answer(capsys, "run", str(tmp_path / "spec.json"), "--size", "32", *inner, "--steps=2", "--json"))
    assert said["spec"]["operator"]["inner"]["shape"] == [1, 32, 32]
    assert said["spec"]["operator"]["outer"]["shape"] == [1, 8, 8]


def test_a_plane_goes_to_disk_and_wrong_names_are_refused(capsys, tmp_path):
    small = ("plane", "--preset", "tishby, ReLU", "--seeds", "2", "--epochs", "2", "--measured", "2")
    out = tmp_path / "plane.nc"
    text = answer(capsys, *small, "--estimator", "FloorBins", "--set", "width=0.5", "--out", str(out))
    assert re.search(r"T5 +I\(X;T\) +\d", text)
    saved = xr.load_dataset(out, engine="h5netcdf")
    assert dict(saved.sizes) == {"epoch": 2, "layer": 6, "seed": 2}
    assert list(saved.epoch) == [0, 2]
    assert rebuild(json.loads(saved.attrs["estimator"])) == FloorBins(0.5)
    assert rebuild(json.loads(saved.attrs["training"])).epochs == 2
    assert (saved.I_x.values > saved.I_y.values - 1e-9).all()
    assert "did you mean tishby?" in refusal(capsys, "plane", "--preset", "tishbi")
    assert "KDEUpper" in refusal(capsys, *small, "--estimator", "KDE")
    answer(capsys, *small, "--band", "--out", str(out))
    banded = xr.load_dataset(out, engine="h5netcdf")
    assert rebuild(json.loads(banded.attrs["estimator"])) == FloorBins(), "what suits units without bounds"
    assert banded.I_x_around.dims == ("free", "epoch", "layer", "seed")
    assert (banded.I_x_around[0] >= banded.I_x - 1e-9).all(), "narrower bins, more information"
    assert "did you mean edges?" in refusal(capsys, *small, "--estimator", "Bins", "--set", "edge=3")
    assert "1 to 1000" in refusal(capsys, "plane", "--seeds", "0")
    assert "classes" in refusal(capsys, "plane", "--preset", "edge of stability")
    assert "a whole number from 2" in refusal(capsys, "plane", "--measured", "1")


def test_a_port_in_use(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in refusal(capsys, "serve", "--port", str(port))


def test_a_command_or_kind_that_is_none(capsys):
    assert "did you mean run?" in refusal(capsys, "rnu")
    assert "did you mean priors?" in refusal(capsys, "list", "prior")


def test_missing_extras_are_named(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "panel", None)
    monkeypatch.delitem(sys.modules, "workbench.app.serving.serve", raising=False)
    assert "inverse-workbench[app]" in refusal(capsys, "serve")
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    assert "inverse-workbench[lab]" in refusal(capsys, "lab")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "inverse-workbench[data]" in refusal(capsys, "run", "--out", "run.nc")
    assert "inverse-workbench[app]" in refusal(capsys, "run", "--figure", "run.png")


def test_a_refusal_of_a_process_is_its_only_line(tmp_path):
    ended = fresh("run", "--out", str(tmp_path / "none" / "run.nc"))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("workbench: wanted a file that can be written, got ")
    assert ended.stderr.count("\n") == 1


def test_every_algorithm_says_what_it_needs_what_it_guarantees_and_where_that_is_shown():
    for member in catalogue.members("algorithms"):
        assert member["needs"] != "nothing" and member["guarantee"], member["name"]
        assert re.search(r"[A-Z].* \d{4}, (doi 10\.|[A-Z])", member["paper"]), member["name"]
        assert "doi" not in member["guarantee"], member["name"]


def test_the_sentences_of_an_algorithm_are_those_of_its_needs_and_its_docstring():
    class Method(Algorithm):
        """x <- x. It rests at 1/L, whatever Euler says. Euler et al. 1750, doi 10.1/2; O'Neil & Ng 2001, J. 3."""

        needs = Needs(prior=Can.PROX | Can.CONVEX, linear=True, also=("patience",))

    assert told(Method) == (
        "of the prior a prox, convexity; a linear operator; patience",
        "It rests at 1/L, whatever Euler says.",
        "Euler et al. 1750, doi 10.1/2; O'Neil & Ng 2001, J. 3.",
    )
