"""A scan of a known picture, written by Debian's `ismrmrd-tools`, reconstructed here and by Debian's `bart`.

`apt-get install bart ismrmrd-tools`. BART gets the lines as the package `ismrmrd` reads them, placed here by their
numbers: what our reader does with flags and headers is compared too. Distances, not seconds: they depend on no machine.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ismrmrd
import numpy as np
import torch

from benchmarks.common import publish, table
from workbench.algorithms import ConjugateGradient, RootSumOfSquares
from workbench.data import Measured, coil_maps, load_array, steps
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import MultiCoilFourier
from workbench.priors import Prior, Tikhonov, Zero

SIDE, COILS, RIDGE = 128, 8, 0.05  # RIDGE: of |x|^2 / 2 beside |Ax - y|^2 / 2
THEIRS = "60"  # iterations of BART's conjugate gradients: 300 do not stay at what they have reached


def generated(path: Path, *options: str) -> Path:
    words = ["ismrmrd_generate_cartesian_shepp_logan", "-m", str(SIDE), "-c", str(COILS), *options, "-o", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    return path


class Bart:
    """BART's commands on arrays in C's order, the reverse of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0

    def __call__(self, *words: str | np.ndarray) -> np.ndarray:
        """What a command makes of arrays and options, (coil, 1, y, x)."""
        names = [word if isinstance(word, str) else self._written(word) for word in words]
        made = self._name()
        subprocess.run(["bart", *names, made], check=True, capture_output=True)
        found = load_array(f"{made}.cfl").tensor.numpy()  # without axes of one
        return found.reshape(-1, 1, *found.shape[-2:])

    def _name(self) -> str:
        self._count += 1
        return str(self._folder / f"a{self._count}")

    def _written(self, values: np.ndarray) -> str:
        name = self._name()
        sizes = " ".join(map(str, values.shape[::-1]))
        Path(f"{name}.hdr").write_text(f"# Dimensions\n{sizes}\n")
        np.ascontiguousarray(values, "<c8").tofile(f"{name}.cfl")
        return name


def lines(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """k-space with the lines of calibration in it, (coil, 1, y, x), and the noise scan, (coil, 1, 1, samples)."""
    kspace = np.zeros((COILS, 1, SIDE, 2 * SIDE), np.complex64)
    noise = [np.zeros((COILS, 0), np.complex64)]
    with ismrmrd.Dataset(str(path), "dataset", create_if_needed=False, mode="r") as opened:
        file: Any = opened
        for k in range(file.number_of_acquisitions()):
            line = file.read_acquisition(k)
            if line.is_flag_set(ismrmrd.ACQ_IS_NOISE_MEASUREMENT):
                noise.append(line.data)
            elif line.idx.repetition == 0:
                kspace[:, 0, line.idx.kspace_encode_step_1] = line.data
    return kspace, np.concatenate(noise, 1)[:, None, None]


def away(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.linalg.norm(found.ravel() - wanted.ravel()) / np.linalg.norm(wanted))


def cropped(bart: Bart, kspace: np.ndarray) -> np.ndarray:
    """The middle of the field of view along x, as BART does it."""
    middle = bart("resize", "-c", "0", str(SIDE), bart("fft", "-i", "-u", "1", kspace))
    return bart("fft", "-u", "1", middle)


def solved(data: np.ndarray | Measured, maps: np.ndarray, prior: Prior) -> np.ndarray:
    operator = MultiCoilFourier((1, SIDE, SIDE), torch.from_numpy(maps), keep=1.0, centre=0.0, centred=True)
    source = data if isinstance(data, Measured) else Measured(torch.from_numpy(data))
    made = Experiment(source, operator, Gaussian(1.0), prior, ConjugateGradient(), steps=300).sampled()[0]
    return made.run().x.values[0, 0]


def summed(source: Measured) -> np.ndarray:
    operator = MultiCoilFourier((1, SIDE, SIDE), COILS, keep=1.0, centre=0.0, centred=True)
    made = Experiment(source, operator, Gaussian(1.0), Zero(), RootSumOfSquares(), steps=1).sampled()[0]
    return made.run().x.values[0, 0].real


def without_noise(folder: Path, bart: Bart) -> list[Sequence[object]]:
    """All lines, and every second one: distances to the picture and the maps that the generator put into the file."""
    rows: list[Sequence[object]] = []
    chain = (steps.ReadoutOversampling(2.0),)
    for name, options, variable in (("all lines", (), "kspace"), ("every second", ("-a", "2"), "kspace[0]")):
        path = generated(folder / "clean.h5", *options, "-n", "0")
        picture, maps = (load_array(path, f"dataset/{key}[0]").tensor.numpy() for key in ("phantom", "csm"))
        source, theirs = Measured(str(path), variable, steps=chain), cropped(bart, lines(path)[0])
        ours = solved(source, maps, Zero())
        pics = bart("pics", "-l2", "-r", "0", "-w", "1", "-i", THEIRS, theirs, maps[:, None])
        rows.append((f"{name}: k-space", away(source.loaded().tensor.numpy(), theirs), "", ""))
        if not options:
            rss = bart("rss", "8", bart("fft", "-i", "-u", "7", theirs))
            wanted = np.abs(picture) * np.sqrt((np.abs(maps) ** 2).sum(0))
            rows.append((f"{name}: root sum of squares", away(summed(source), rss), *_to(wanted, summed(source), rss)))
        rows.append((f"{name}: SENSE, the file's maps", away(ours, pics), *_to(picture, ours, pics)))
        path.unlink()
    return rows


def _to(wanted: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    return away(ours, wanted), away(theirs, wanted)


def with_noise(folder: Path, bart: Bart) -> list[Sequence[object]]:
    """Every second line with noise, a noise scan and 24 lines of calibration: whitened, maps from the data, SENSE."""
    path = generated(folder / "noisy.h5", "-a", "2", "-w", "24", "-n", "0.05", "-C")
    scan = load_array(path, "noise").tensor
    crop, white = steps.ReadoutOversampling(2.0), steps.Whitening(scan)
    data, lines_of_maps = (Measured(str(path), f"{name}[0]", steps=(white, crop)) for name in ("kspace", "calibration"))
    kspace, calibration = (each.loaded().tensor.numpy() for each in (data, lines_of_maps))
    whole, noise = lines(path)
    centred = noise - noise.mean(-1, keepdims=True)  # which we do, and BART does not
    theirs = cropped(bart, bart("whiten", whole, centred))
    measured = (np.abs(kspace) > 0).any(0)
    there = theirs[:, 0] * measured
    # BART counts noise of 1 in the complex value, we in its real and in its imaginary part.
    rows: list[Sequence[object]] = [("whitened k-space", away(kspace, there * np.sqrt(2)), "", "")]
    picture = load_array(path, "dataset/phantom[0]").tensor.numpy()
    white_maps = white.apply(load_array(path, "dataset/csm[0]").tensor, "").values.numpy()
    level = np.sqrt((np.abs(white_maps) ** 2).sum(0))
    espirit = bart("ecalib", "-m", "1", "-c", "0", "-r", "24", theirs)[:, 0]
    walsh = coil_maps.of_kspace(calibration)
    rows.append(("maps: ours (Walsh) beside BART's (ESPIRiT)", _apart(walsh, espirit, picture), "", ""))
    known = white_maps / level  # as the maps of both have it, sum_j |c_j|^2 = 1
    for name, maps in (("the file's maps", known), ("our maps", walsh), ("BART's maps", espirit)):
        ours = solved(kspace, maps, Tikhonov(RIDGE))
        words = ("pics", "-l2", "-r", str(RIDGE), "-w", "1", "-i", THEIRS)
        pics = bart(*words, kspace[:, None].astype(np.complex64), maps[:, None])
        rows.append((f"SENSE, {name}", away(ours, pics), *_to(np.abs(picture) * level, np.abs(ours), np.abs(pics))))
    return rows


def _apart(ours: np.ndarray, theirs: np.ndarray, picture: np.ndarray) -> float:
    """Mean sine of the angle between the vectors over the coils where there is a picture: phases have no say."""
    inner = np.abs((ours.conj() * theirs).sum(0)) / np.linalg.norm(ours, axis=0) / np.linalg.norm(theirs, axis=0)
    return float(np.sqrt(np.maximum(1 - inner**2, 0))[np.abs(picture) > 0].mean())


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bart = Bart(folder)
        clean, noisy = without_noise(folder, bart), with_noise(folder, bart)
    version = subprocess.run(["bart", "version"], capture_output=True, text=True, check=True).stdout.strip()
    head = ("what", "ours from BART's", "ours from the generator's", "BART's from the generator's")
    keys = ("apart", "ours", "bart")
    results = {row[0]: dict(zip(keys, row[1:], strict=True)) for row in (*clean, *noisy)}
    said = f"{SIDE} px, {COILS} coils, readouts oversampled twice; BART {version}; |a - b| / |b|."
    texts = ("Without noise:", table(head, clean), "Noise of 0.05, whitened by the noise scan:", table(head, noisy))
    publish("magnetic_resonance", {"distances": results}, said, *texts)


if __name__ == "__main__":
    main()
