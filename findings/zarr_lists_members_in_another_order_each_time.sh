#!/usr/bin/env bash
# One expects: zarr.Group.members(), array_keys() and group_keys() list a local store in one order: as written, by name,
#   or at least the same order twice, as h5py's groups and Zarr 2 did.
# What happens: zarr-python 3 asks for the metadata of all members at once and yields them as the answers come in. The
#   order differs from process to process and between two calls in one process.
# Whom it hurts: readers that take "the first array" of a store, stack a folder of arrays into a series, or take the first
#   member of an OME-Zarr image as its full resolution: they get another level, or frames in another order, now and then.
#   The order of the levels stands in the metadata (`multiscales`), that of anything else has to be sorted by the reader.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'zarr==3.1.6' 'numpy==2.4.6'
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys
from collections import Counter

import zarr

path = sys.argv[1] + "/levels.zarr"
written = [str(k) for k in range(10)]
group = zarr.open_group(path, mode="w")
for name in written:
    group.create_array(name, shape=(4,), dtype="f4")
orders = Counter(tuple(name for name, _ in zarr.open_group(path, mode="r").members()) for _ in range(40))
first = Counter(order[0] for order in orders.elements())
print("zarr", zarr.__version__)
print(f"written: {' '.join(written)}")
for order, count in orders.most_common(3):
    print(f"listed, {count} of 40 times: {' '.join(order)}")
print(f"{len(orders)} different orders in 40 listings; the first member was {dict(first)}")
assert len(orders) > 1 and all(sorted(order) == written for order in orders), "the behaviour has changed"
PYTHON
