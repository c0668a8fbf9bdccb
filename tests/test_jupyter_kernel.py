"""`workbench kernel`: what Jupyter then starts, on which device, and what the doctor says of it."""

import json
import os
import subprocess
import sys

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from workbench import devices
from workbench.cli import doctor, main
from workbench.cli.jupyter import kernel


@pytest.fixture(autouse=True)
def jupyter(tmp_path, monkeypatch):
    """Jupyter's folders, empty and away from those of the person who runs this."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.delenv(devices.VARIABLE, raising=False)
    return tmp_path


def test_install_list_and_remove(jupyter, capsys):
    assert main(("kernel", "install", "--name", "wb-cpu", "--display-name", "Ours", "--device", "cpu")) == 0
    spec = KernelSpecManager().get_kernel_spec("wb-cpu")
    assert spec.resource_dir == str(jupyter / "kernels" / "wb-cpu")
    assert (spec.display_name, spec.env) == ("Ours", {"WORKBENCH_DEVICE": "cpu"})
    assert spec.argv == [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    assert kernel.installed() == [kernel.Kernel("wb-cpu", "Ours", "cpu", sys.executable)]
    assert main(("kernel", "list")) == 0
    assert "wb-cpu" in capsys.readouterr().out
    assert main(("kernel", "remove", "--name", "wb-cpu")) == 0
    assert kernel.installed() == [] and not (jupyter / "kernels" / "wb-cpu").exists()


def test_the_device_is_the_fastest_one_where_none_is_named(capsys):
    assert main(("kernel", "install")) == 0
    found = KernelSpecManager().get_kernel_spec("workbench")
    assert found.env["WORKBENCH_DEVICE"] == devices.available()[-1 if len(devices.available()) == 1 else 1]
    assert found.env["WORKBENCH_DEVICE"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("install", "--device", "tpu"), "take one of these"),
        (("install", "--name", "a b"), "small letters"),
        (("remove",), "nothing to remove"),
        (("instal",), "did you mean install"),
    ],
)
def test_refusals(argv, sentence, capsys):
    assert main(("kernel", *argv)) == 2
    assert sentence in capsys.readouterr().err
    assert kernel.installed() == []


def test_the_kernel_of_another_program_is_left_alone(jupyter, capsys):
    theirs = jupyter / "kernels" / "theirs"
    theirs.mkdir(parents=True)
    (theirs / "kernel.json").write_text(json.dumps({"argv": ["r"], "display_name": "R", "language": "R"}))
    assert main(("kernel", "install", "--name", "theirs")) == 2
    assert main(("kernel", "remove", "--name", "theirs")) == 2
    assert "another program's kernel" in capsys.readouterr().err
    assert json.loads((theirs / "kernel.json").read_text())["display_name"] == "R"


def test_experiments_of_a_kernel_run_on_its_device(monkeypatch):
    code = "from workbench.experiment import Experiment; print(Experiment().device)"
    environment = os.environ | {devices.VARIABLE: "cuda:7"}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "cuda:7"
    assert devices.default() == "cpu"
    monkeypatch.setenv(devices.VARIABLE, "")
    assert devices.default() == "cpu"


def finding() -> doctor.DoctorFinding:
    return next(f for f in doctor.devices_found() if f.about == "notebooks run on")


def test_the_doctor_says_which_device_and_why(jupyter, monkeypatch):
    assert finding() == doctor.DoctorFinding("notebooks run on", "cpu, for WORKBENCH_DEVICE is not set")
    main(("kernel", "install"))
    assert "kernel workbench: " in finding().found and not finding().remedy
    monkeypatch.setenv(devices.VARIABLE, "cuda:77")
    assert finding().found.startswith("cuda:77, for WORKBENCH_DEVICE says so")
    assert "set WORKBENCH_DEVICE to one of cpu" in finding().remedy
    monkeypatch.setenv(devices.VARIABLE, "cpu")
    path = jupyter / "kernels" / "workbench" / "kernel.json"
    path.write_text(path.read_text().replace(f'"device": "{devices.fastest()}"', '"device": "cuda:77"'))
    assert finding().remedy == f"workbench kernel install --name workbench --device {devices.fastest()}"


def test_the_doctor_says_what_serves_a_gpu(monkeypatch):
    monkeypatch.setattr(devices, "available", lambda: ("cpu", "cuda:0"))
    monkeypatch.setattr("torch.cuda.get_device_name", lambda name: "a GPU")
    monkeypatch.setattr(doctor, "_version", lambda package: "")
    without = next(f for f in doctor.devices_found() if f.about == "kernels")
    assert "slower references on cuda:0" in without.found and without.remedy == "pip install triton"
    monkeypatch.setattr(doctor, "_version", lambda package: "3.7.1")
    found = next(f for f in doctor.devices_found() if f.about == "kernels")
    assert found == doctor.DoctorFinding("kernels", "Numba on cpu, Triton on cuda:0")
