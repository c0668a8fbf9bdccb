"""A run as files to take away."""

import tempfile
from pathlib import Path

from workbench import figures, storage
from workbench.live.session import Session


def run_bytes(session: Session) -> bytes:
    """The run as a NetCDF file that `storage.load` reads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.nc"
        storage.save(session.dataset(), path)
        return path.read_bytes()


def figure_bytes(session: Session) -> bytes:
    """The pictures and curves of the run as a PNG file."""
    return figures.png(session.dataset())
