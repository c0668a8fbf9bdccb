"""`workbench doctor`: what this installation can do, measured rather than guessed."""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.cli import neighbours
from workbench.cli.output import say, say_json
from workbench.version import __version__

SUMMARY = "Tell versions, devices and what works offline."
EXAMPLES = ("workbench doctor", "workbench doctor --json")

_CORE = ("torch", "numpy", "xarray", "numba", "PyWavelets")
_PAGE = ("panel", "bokeh", "holoviews", "panel-material-ui")
_OPTIONAL = (*_PAGE, "scikit-image", "pydicom", "jupyterlab", "dask", "triton")
# One file of each package without which a page would be empty, or would ask the network for it.
_ASSETS = {
    "bokeh": "server/static/js/bokeh.min.js",
    "panel": "dist/panel.min.js",
    "panel_material_ui": "dist/panel-material-ui.bundle.js",
}
_PORT = 5006


@dataclass(frozen=True)
class DoctorFinding:
    """One line of the report; `remedy` is empty where all is well."""

    about: str
    found: str
    remedy: str = ""


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object: a list of findings")


def main(args: argparse.Namespace) -> int:
    findings = list(examine())
    if args.json:
        say_json({"ok": not any(f.remedy for f in findings), "findings": [asdict(f) for f in findings]})
        return 0
    width = max(len(f.about) for f in findings)
    for f in findings:
        say(f"{'!' if f.remedy else ' '} {f.about.ljust(width)}  {f.found}" + f"  -> {f.remedy}" * bool(f.remedy))
    return 0


def examine() -> Iterator[DoctorFinding]:
    """The findings, one by one."""
    yield DoctorFinding("workbench", f"{__version__} in {Path(__file__).parents[1]}")
    yield _neighbours()
    yield DoctorFinding("python", f"{platform.python_version()} on {platform.platform()} ({sys.executable})")
    yield from map(_core, _CORE)
    yield from map(_optional, _OPTIONAL)
    yield from devices_found()
    yield from _offline()
    yield _port()
    yield _browser()


def _neighbours() -> DoctorFinding:
    """Whether `import workbench` and the command mean this program and no other."""
    if others := neighbours.distributions():
        again = "pip install --force-reinstall --no-deps inverse-workbench"  # pip believes it whole
        remedy = f"pip uninstall {others[0].partition(' ')[0]}; {again}"
        return DoctorFinding("the name workbench", f"shared with {', '.join(others)}", remedy)
    if others := neighbours.modules():
        remedy = "rename it, or start Python elsewhere: where it comes first, it is what is imported"
        return DoctorFinding("the name workbench", f"also that of {', '.join(others)}", remedy)
    return DoctorFinding("the name workbench", "is of this program alone")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _core(package: str) -> DoctorFinding:
    found = _version(package)
    return DoctorFinding(package, found or "missing", "" if found else f"pip install {package}")


def _optional(package: str) -> DoctorFinding:
    return DoctorFinding(package, _version(package) or "not installed")


def devices_found() -> Iterator[DoctorFinding]:
    """What computes here, and which of it notebooks use."""
    import numba
    import torch

    from workbench import devices

    names = [n if n == "cpu" else f"{n} ({torch.cuda.get_device_name(n)})" for n in devices.available()]
    yield DoctorFinding("devices", ", ".join(names))
    yield _kernels(devices.available())
    yield _cache()
    yield _notebook()
    yield DoctorFinding("threads", f"{torch.get_num_threads()} of PyTorch, {numba.get_num_threads()} of Numba")
    yield DoctorFinding("reconstruction", _trial())
    yield DoctorFinding("threading layer", _layer())


def _kernels(names: tuple[str, ...]) -> DoctorFinding:
    """What serves each kind of device."""
    if len(names) == 1:
        return DoctorFinding("kernels", "Numba on cpu")
    found, remedy = ("Triton", "") if _version("triton") else ("the slower references", "pip install triton")
    return DoctorFinding("kernels", f"Numba on cpu, {found} on {', '.join(names[1:])}", remedy)


def _cache() -> DoctorFinding:
    """Where Numba keeps what it has compiled; without a folder every process compiles for a minute."""
    from workbench.kernels.dispatch import cache_folder

    folder = cache_folder()
    found = folder or "none: no folder can be written, so every process compiles its kernels anew"
    return DoctorFinding(
        "cache of kernels", found, "" if folder else "set NUMBA_CACHE_DIR to a folder that can be written"
    )


def _notebook() -> DoctorFinding:
    """The device of an experiment in a notebook that names none, and whose word that is."""
    from workbench import devices
    from workbench.cli.jupyter import kernel

    here, chosen = devices.available(), devices.default()
    said = f"{devices.VARIABLE} says so" if os.environ.get(devices.VARIABLE) else f"{devices.VARIABLE} is not set"
    others = [f"kernel {k.name}: {k.device}, chosen when it was installed" for k in kernel.installed()]
    wrong = [k for k in kernel.installed() if not _here(k.device)]
    remedy = "" if _here(chosen) else f"set {devices.VARIABLE} to one of {', '.join(here)}"
    if wrong:
        remedy = f"workbench kernel install --name {wrong[0].name} --device {devices.fastest()}"
    return DoctorFinding("notebooks run on", "; ".join([f"{chosen}, for {said}", *others]), remedy)


def _here(device: str) -> bool:
    from workbench import devices
    from workbench.refusal import Refusal

    try:
        devices.find(device)
    except Refusal:
        return False
    return True


def _trial() -> str:
    """A few steps of a real reconstruction, compiled kernels included."""
    import time

    from workbench.data import Shipped
    from workbench.experiment import Experiment
    from workbench.operators import Radon

    begin = time.perf_counter()
    result = Experiment(Shipped("shepp_logan", 32), Radon((1, 32, 32), 8), steps=5).run()
    if result.attrs["stopped"]:
        raise RuntimeError(result.attrs["stopped"])
    return f"5 steps of PDHG on Radon in {time.perf_counter() - begin:.2g} s, psnr {float(result.psnr[-1, 0]):.3g} dB"


def _layer() -> str:
    from numba.np.ufunc.parallel import threading_layer

    try:
        return threading_layer()
    except ValueError:
        return "not used yet"


def _offline() -> Iterator[DoctorFinding]:
    for package, file in _ASSETS.items():
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            yield DoctorFinding(f"page: {package}", "not installed", 'pip install "inverse-workbench[app]"')
        else:
            here = (Path(spec.origin).parent / file).is_file()
            yield DoctorFinding(
                f"page: {package}", "local" if here else f"{file} is missing", "" if here else "install it again"
            )
    yield _signals()


def _signals() -> DoctorFinding:
    from workbench import data
    from workbench.refusal import Refusal

    missing = []
    for name in data.names():
        try:
            data.truth(name, 32)
        except Refusal as refusal:
            missing.append(f"{name} ({refusal.wanted})")
    found = f"{len(data.names()) - len(missing)} of {len(data.names())} signals"
    remedy = 'pip install "inverse-workbench[data]"' if missing else ""
    return DoctorFinding("signals", f"{found}, without {', '.join(missing)}" if missing else found, remedy)


def _port() -> DoctorFinding:
    with socket.socket() as probe:
        free = probe.connect_ex(("127.0.0.1", _PORT)) != 0
    remedy = "" if free else f"workbench serve --port {_PORT + 1}"
    return DoctorFinding("port", f"{_PORT} is free" if free else f"{_PORT} is in use", remedy)


def _browser() -> DoctorFinding:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return DoctorFinding("browser for tests", found or "none found: tests of the page are skipped")
