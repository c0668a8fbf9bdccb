#!/usr/bin/env bash
# One expects: RosettaSciIO's readers and writers share one dictionary (data, axes, metadata), as every writer's docstring
#   says, so that what one reader returned can be handed to any writer: converting files without HyperSpy is what it is for.
# What happens: the writers of .tif and .rpl take it; that of .hspy, the library's own exchange format, ends in
#   KeyError: 'tmp_parameters', and that of NeXus in KeyError: '_type'. Both want keys that HyperSpy's objects bring along and
#   no docstring names. Nothing is written.
# Whom it hurts: microscopists' pipelines that convert dm3, emd or MRC to .hspy or NeXus without HyperSpy: nothing of it is
#   documented, and the message says neither which key is wanted of whom nor what to put there.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'rosettasciio==0.15.0' 'h5py==3.16.0' 'tifffile==2026.3.3' 'numpy==2.4.6'
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import importlib
import pathlib
import sys

import numpy as np
import rsciio
import tifffile

folder = pathlib.Path(sys.argv[1])
tifffile.imwrite(folder / "a.tif", np.arange(12, dtype="f4").reshape(3, 4))
signal = importlib.import_module("rsciio.tiff").file_reader(str(folder / "a.tif"))[0]
print("RosettaSciIO", rsciio.__version__, "read", sorted(signal))
documented = importlib.import_module("rsciio.hspy").file_writer.__doc__
print("the docstring of the .hspy writer names tmp_parameters:", "tmp_parameters" in documented)
found = {}
for name, end in (("tiff", "tif"), ("ripple", "rpl"), ("hspy", "hspy"), ("nexus", "nxs")):
    try:
        importlib.import_module(f"rsciio.{name}").file_writer(str(folder / f"b.{end}"), signal)
        found[name] = "written"
    except KeyError as error:
        found[name] = f"KeyError: {error}"
    print(f"{name}: {found[name]}")
expected = {"tiff": "written", "ripple": "written", "hspy": "KeyError: 'tmp_parameters'", "nexus": "KeyError: '_type'"}
assert found == expected and "tmp_parameters" not in documented, "the behaviour has changed"
PYTHON
