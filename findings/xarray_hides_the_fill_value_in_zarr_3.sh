#!/usr/bin/env bash
# One expects: a float variable with `_FillValue` = -999 that xarray writes to Zarr 3 carries the number -999 where other
#   readers look: in the array's fill_value, as xarray itself does in Zarr 2, or as a number in its attributes, as in NetCDF.
# What happens: the array's fill_value is NaN and the attribute `_FillValue` is a text, "AAAAAAA4j8A=": the eight bytes of
#   the double -999.0 in base64, although the array is float32. The stored values hold -999. xarray itself reads gaps; a
#   reader of plain Zarr sees -999 as data, and a missing chunk as NaN.
# Whom it hurts: whoever reads such a store with zarr-python, zarrita.js, napari, GDAL or Julia: gaps of a field or scan
#   become its lowest values and stretch every scale; a reader that follows the CF conventions fails on a text.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'xarray==2026.9.0' 'zarr==3.1.6' 'numpy==2.4.6'
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import base64
import struct
import sys

import numpy as np
import xarray as xr
import zarr

print("xarray", xr.__version__, "zarr", zarr.__version__)
field = xr.Dataset({"t": ("x", np.array([1.0, np.nan, 3.0], dtype="f4"))})
field["t"].encoding["_FillValue"] = np.float32(-999)
found = {}
for version in (2, 3):
    path = f"{sys.argv[1]}/{version}.zarr"
    field.to_zarr(path, zarr_format=version, consolidated=False)
    plain = zarr.open_group(path, mode="r")["t"]
    again = xr.open_zarr(path, consolidated=False)["t"].values
    found[version] = plain.fill_value, plain.attrs.get("_FillValue")
    print(f"Zarr {version}: values {plain[:].tolist()}, fill_value {plain.fill_value}, _FillValue {found[version][1]!r}; "
          f"xarray reads {again.tolist()}")
text = found[3][1]
print(f"the text is base64 of a double: {struct.unpack('<d', base64.b64decode(text))[0]}")
assert found[2] == (-999.0, None) and np.isnan(found[3][0]) and isinstance(text, str), "the behaviour has changed"
PYTHON
