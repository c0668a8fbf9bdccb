"""Files of two, numbers and the text that says their shape, which a browser sends in one ZIP."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from workbench.refusal import Refusal

_TEXT = ".hdr"
_LARGEST = 2**29  # bytes of both, unpacked


def unpacked(path: Path) -> Path:
    """The numbers of a pair in a ZIP of two files, one of them NAME.hdr, laid beside; any other file itself.

    Refusal of pairs larger than 512 MB.
    """
    pair = _pair(path)
    if not pair:
        return path
    if (size := sum(each.file_size for each in pair)) > _LARGEST:
        remedy = "cut it, or give its path to `workbench run --data`"
        raise Refusal(f"a pair of files of at most {_LARGEST // 2**20} MB", f"{size // 2**20} MB", remedy)
    folder = path.with_name("pair")
    found = [folder / Path(each.filename).name for each in pair]
    with zipfile.ZipFile(path) as archive:
        for each, target in zip(pair, found, strict=True):
            if not target.exists():
                folder.mkdir(exist_ok=True)
                with archive.open(each) as source, tempfile.NamedTemporaryFile(dir=folder, delete=False) as stream:
                    shutil.copyfileobj(source, stream)
                Path(stream.name).replace(target)
    return next(each for each in found if each.suffix.lower() != _TEXT)


def _pair(path: Path) -> list[zipfile.ZipInfo]:
    """The two files of a pair; none of another file."""
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as archive:
        files = [each for each in archive.infolist() if not each.is_dir() and "__MACOSX" not in each.filename]
    texts = [each for each in files if each.filename.lower().endswith(_TEXT)]
    return files if len(files) == 2 and len(texts) == 1 else []
