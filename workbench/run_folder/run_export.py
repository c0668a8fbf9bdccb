"""Runs taken out of their folder: copies, descriptions, Python and pictures, as files or in a ZIP file."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.refusal import Refusal
from workbench.run_folder import picture_export
from workbench.run_folder.run_summary import ENDING
from workbench.run_folder.run_tags import sidecar

if TYPE_CHECKING:
    from workbench.records import Record

_EACH = (ENDING, ".json", ".py", ".png")
ENDINGS = (*_EACH, *picture_export.ENDINGS)


def export(runs: Sequence[Path], out: Path, unit: str = "") -> list[Path]:
    """Write each run as NAME.nc, NAME.json, NAME.py and NAME.png into a folder; into one file where `out` ends in .zip.

    Where `out` has one of these endings, it is that file of a single run; .tif, .mrc and .nii are its picture, with
    pixels as large as its operator says in `unit`. Refusal where a file is there already, and where there is no room:
    then nothing is left.
    """
    ending = out.suffix.lower()
    if unit and ending not in picture_export.ENDINGS:
        raise Refusal("a picture for a unit of its pixels", str(out), "give --out picture.tif, .mrc or .nii")
    if ending in ENDINGS and len(runs) != 1:
        raise Refusal("a folder or a .zip file for several runs", str(out), "give --out runs.zip")
    with tempfile.TemporaryDirectory(prefix="workbench-") as place:
        try:
            for run in runs:
                _write(run, Path(place), _EACH if ending not in ENDINGS else (ending,), unit)
            made = sorted(Path(place).iterdir())
            return _zipped(made, out) if ending == ".zip" else _moved(made, out)
        except OSError as error:
            said = f"{out} ({error.strerror or error})"
            raise Refusal("to write copies of runs", said, "make room there, or name another place") from error


def _write(run: Path, folder: Path, endings: Sequence[str], unit: str) -> None:
    from workbench import figures, records
    from workbench.live.telling import python

    record = records.open(run)
    if ENDING in endings:
        shutil.copyfile(run, folder / run.name)
        if sidecar(run).exists() and len(endings) > 1:
            shutil.copyfile(sidecar(run), folder / sidecar(run).name)
    if ".json" in endings:
        text = json.dumps(json.loads(record.result.attrs["spec"]), indent=2, ensure_ascii=False)
        (folder / f"{run.stem}.json").write_text(f"{text}\n", encoding="utf-8")
    if ".py" in endings:
        (folder / f"{run.stem}.py").write_text(_changes(record) + python(record.experiment), encoding="utf-8")
    if ".png" in endings:
        (folder / f"{run.stem}.png").write_bytes(figures.png(record.result))
    for ending in set(endings) & set(picture_export.ENDINGS):
        picture_export.write(picture_export.picture(record, unit), folder / f"{run.stem}{ending}")


def _changes(record: "Record") -> str:
    """A comment that the Python of a run that was changed on its way gives another one; none of any other."""
    if not record.changes:
        return ""
    said = "; ".join(record.changes)
    return f"# Changed on its way: {said}.\n# This has the last settings from the start, and ends elsewhere.\n"


def _zipped(files: Sequence[Path], out: Path) -> list[Path]:
    _require_new([out])
    part = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                packed.write(file, file.name)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return [out]


def _moved(files: Sequence[Path], out: Path) -> list[Path]:
    """The files in a folder, or the single one under the name that was given."""
    single = out.suffix.lower() in ENDINGS
    if not single:
        out.mkdir(parents=True, exist_ok=True)
    places = [out] if single else [out / file.name for file in files]
    _require_new(places)
    done = list[Path]()
    try:
        for file, place in zip(files, places, strict=True):
            done.append(place)
            shutil.copyfile(file, place)
    except OSError:
        for place in done:
            place.unlink(missing_ok=True)
        raise
    return places


def _require_new(places: Sequence[Path]) -> None:
    if there := [place for place in places if place.exists()]:
        raise Refusal("a name that is free", f"{there[0]}, which is there", "name another place, or delete it first")
