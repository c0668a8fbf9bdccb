"""The recipe of the file that is shipped: a part of etspy's tilt series.

    python -m pip download --no-deps etspy==1.3.0
    python -m workbench.data.example_files.recipe etspy-1.3.0-py3-none-any.whl

Of the series as etspy's authors have aligned it (HAADF_Aligned.hspy, 77 x 256 x 256, counts) the rows 64 to 191 across
the tilt axis and the columns 100 to 131 along it, rounded to whole counts: the background alone varies by 6. It is
written in the layout of Data Exchange, (angles, slices, bins), with the tilts of HAADF.rawtlt.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np

from workbench.data.field import need

HERE = Path(__file__).parent
ACROSS, ALONG = slice(64, 192), slice(100, 132)
PIXEL = 3.36  # nm, HAADF.txt


def main(wheel: str) -> None:
    """Write tilt_series.h5 and the licence of what is in it."""
    h5py = need("h5py")
    with zipfile.ZipFile(wheel) as file:
        whole = io.BytesIO(file.read("etspy/tests/test_data/HAADF_Aligned.hspy"))
        tilts = np.array(file.read("etspy/tests/test_data/HAADF.rawtlt").decode().split(), np.float64)
        licence = next(n for n in file.namelist() if n.endswith("licenses/LICENSE"))
        (HERE / "tilt_series_licence.txt").write_bytes(file.read(licence))
    with h5py.File(whole) as file:
        series = file["Experiments/__unnamed__/data"][:, ACROSS, ALONG]
    counts = np.round(series.transpose(0, 2, 1)).astype(np.uint16)
    with h5py.File(HERE / "tilt_series.h5", "w", track_order=True) as file:
        data = file.create_dataset(
            "exchange/data", data=counts, chunks=counts.shape, compression="gzip", compression_opts=9, shuffle=True
        )
        data.attrs.update({"units": "counts", "pixel_nm": PIXEL, "from": "etspy 1.3.0, HAADF_Aligned.hspy, NIST"})
        angles = file.create_dataset("exchange/theta", data=tilts)
        angles.attrs["units"] = "degrees"


if __name__ == "__main__":
    main(sys.argv[1])
