"""Files of every format, cut, damaged and mixed, brought to the page: none may end in an error, a hang or a crash.

`python -m benchmarks.upload_fuzzing --repetitions 1000 [--seed 0]`: each is opened as the page opens it: is it a run,
what is in it, as a signal, as data that were measured. Prints how many were read, refused in a sentence or ended
otherwise, the slowest, and what memory grew by. A process of its own reads, so that one that ends is counted. Exit 1
where anything but a reading or a sentence came.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from workbench import memory
from workbench.algorithms import FISTA
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.saved.run_file import is_run
from workbench.live.session import Session
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov
from workbench.refusal import Refusal
from workbench.storage import save

SIDE = 24
PATIENCE = 30.0  # seconds that a file may take
READY = "ready"
Sample = tuple[str, bytes]


def _small() -> Experiment:
    blur = GaussianBlur((1, SIDE, SIDE), 1.0)
    return Experiment(Shipped("shepp_logan", SIDE), blur, prior=Tikhonov(1.0), algorithm=FISTA(), steps=3)


def samples(folder: Path) -> list[Sample]:
    """A whole file of each format: name and bytes."""
    import astropy.io.fits
    import h5py
    import mrcfile
    import nibabel
    import tifffile
    import xarray as xr
    from PIL import Image
    from zarr.api.synchronous import save_array
    from zarr.storage import ZipStore

    grey = (np.arange(SIDE * SIDE).reshape(SIDE, SIDE) % 251).astype(np.uint8)
    stack = np.stack([grey, grey[::-1], grey.T]).astype(np.float32)
    picture = Image.fromarray(grey)
    for name in ("a.png", "b.jpg", "c.webp"):
        picture.save(folder / name)
    for name, compression in (("d.tif", None), ("e.tif", "zlib"), ("f.tif", "lzw")):
        tifffile.imwrite(folder / name, stack, compression=compression)
    np.save(folder / "g.npy", stack)
    np.savez(folder / "h.npz", data=stack, angles=np.arange(3.0))
    with h5py.File(folder / "i.h5", "w") as file:
        file.create_dataset("exchange/data", data=stack, chunks=(1, SIDE, SIDE), compression="gzip")
        file["exchange/theta"] = np.arange(3.0)
    xr.Dataset({"field": (("t", "y", "x"), stack)}).to_netcdf(folder / "j.nc", engine="scipy")
    save(_small().run(), folder / "k.nc")
    nibabel.save(nibabel.Nifti1Image(stack, np.eye(4)), folder / "l.nii.gz")
    nibabel.save(nibabel.Nifti1Image(stack, np.eye(4)), folder / "m.nii")
    astropy.io.fits.PrimaryHDU(stack).writeto(folder / "n.fits")
    with mrcfile.new(folder / "o.mrc") as file:
        file.set_data(stack)
    values: Any = stack
    save_array(ZipStore(folder / "p.zarr.zip", mode="w"), values)
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file()]


def damaged(found: list[Sample], count: int, seed: int) -> Iterator[Sample]:
    """So many files, the same for the same seed."""
    rng = random.Random(seed)
    for number in range(count):
        name, content = rng.choice(found)
        other, tail = rng.choice(found)
        if rng.random() < 0.1:
            content = content[: rng.randrange(len(content))] + tail[rng.randrange(len(tail)) :]
        ending = (other if rng.random() < 0.1 else name).partition(".")[2]
        yield f"{number}.{ending}", rng.choice(WAYS)(content, rng)


def _whole(content: bytes, rng: random.Random) -> bytes:
    return content


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def _flipped(content: bytes, rng: random.Random) -> bytes:
    """Some bytes are others, more often those at the front, where a file says what it is."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2, 4, 16))):
        changed[rng.randrange(min(len(content), rng.choice((64, 512, len(content)))))] = rng.randrange(256)
    return bytes(changed)


def _blank(content: bytes, rng: random.Random) -> bytes:
    begin = rng.randrange(len(content))
    end = min(len(content), begin + rng.choice((4, 64, 4096)))
    return content[:begin] + bytes(end - begin) + content[end:]


def _twice(content: bytes, rng: random.Random) -> bytes:
    return content + content


def _noise(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.choice((4, 8, 512))] + rng.randbytes(rng.choice((0, 100, 5000)))


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_whole, _cut, _flipped, _flipped, _blank, _twice, _noise)


def opened(session: Session, name: str, content: bytes) -> str:
    """What the page says of a file; raises what it should have said."""
    files = session.files
    _said(lambda: files.arrays(name, content))
    ways: list[Callable[[], object]] = [
        lambda: session.open_file(name, files.signal(name, content, size=SIDE)),
        lambda: session.open_file(name, files.data(name, content)),
        *[lambda: session.show(files.run(name, content))] * is_run(content),
    ]
    return "read" if "" in map(_said, ways) else "refused"


def _said(way: Callable[[], object]) -> object:
    """What a way of reading gives, the sentence where it is refused."""
    try:
        return way()
    except Refusal as sentence:
        return str(sentence)


def reader(line: Connection) -> None:
    """A process that reads what it is sent until it is sent None."""
    session = Session(_small())
    warnings.simplefilter("ignore")
    line.send(READY)
    while (sent := line.recv()) is not None:
        try:
            came = opened(session, *sent)
        except Exception as error:  # whatever it is, it is what is looked for
            came = f"{type(error).__name__}: {str(error)[:300]}"
        line.send((came, memory.held() or 0))
    session.close()


class Reading:
    """The process that reads, begun anew where it has ended or hangs."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._line, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=reader, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        if self._line.recv() != READY:  # what it imports takes as long as the machine lets it
            raise RuntimeError("the process that reads did not begin")

    def of(self, sample: Sample) -> tuple[str, int]:
        """What came of it, and the bytes that the process holds then."""
        self._line.send(sample)
        try:
            if self._line.poll(PATIENCE):
                return self._line.recv()
            came = f"hangs: not over after {PATIENCE:g} s"
        except EOFError:
            came = "ends the process"
        self._process.kill()
        self._begin()
        return came, 0

    def close(self) -> None:
        self._line.send(None)
        self._process.join(PATIENCE)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--repetitions", type=int, default=1000, dest="count")
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        whole = samples(Path(folder))
    reading, outcomes, slowest, held = Reading(), Counter[str](), (0.0, ""), list[int]()
    for warm in whole:
        if (came := reading.of(warm)[0]) != "read":
            print(f"{warm[0]}, whole: {came}")
    for name, content in damaged(whole, given.count, given.seed):
        begin = time.perf_counter()
        came, now = reading.of((name, content))
        slowest = max(slowest, (time.perf_counter() - begin, name))
        outcomes[came if came in ("read", "refused") else "wrong"] += 1
        held += [now] * (now > 0)
        if came not in ("read", "refused"):
            print(f"{name}, {len(content)} bytes: {came}")
    reading.close()
    grown = memory.in_bytes(max(0, held[-1] - held[0])) if held else "nothing"
    print(f"{given.count} files: {dict(outcomes)}; slowest {slowest[0]:.2f} s ({slowest[1]}); memory grew by {grown}")
    return int(outcomes["wrong"] > 0)


if __name__ == "__main__":
    sys.exit(main())
