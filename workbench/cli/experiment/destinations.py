"""Where a run is written to: checked before it starts, written when it has ended."""

import importlib.util
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    import xarray as xr

ENDINGS = (".png", ".pdf", ".svg")


def require(out: str | None, figure: str | None) -> None:
    """Refuse before the run what could not be written after it."""
    if out:
        _require_package("h5netcdf", "data", out)
        _require_writable(Path(out))
    if figure:
        _require_package("matplotlib", "app", figure)
        one_of("the ending of a figure's name", Path(figure).suffix, ENDINGS)
        _require_writable(Path(figure))


def write(result: "xr.Dataset", out: str | None, figure: str | None) -> None:
    """Save the run and its figure where they are wanted."""
    if out:
        from workbench import storage

        storage.save(result, out)
    if figure:
        from workbench import figures

        Path(figure).write_bytes(figures.render(result, Path(figure).suffix[1:]))


def _require_package(package: str, extra: str, name: str) -> None:
    if importlib.util.find_spec(package) is None:
        remedy = f'pip install "inverse-workbench[{extra}]"'
        raise Refusal(f"the package {package} to write {name}", "an installation without it", remedy)


def _require_writable(path: Path) -> None:
    remedy = "choose a file in a folder that exists and can be written"
    if path.is_dir():
        raise Refusal("a file that can be written", f"{path}, which is a folder", remedy)
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise Refusal("a file that can be written", f"{path} ({error.strerror})", remedy) from error
