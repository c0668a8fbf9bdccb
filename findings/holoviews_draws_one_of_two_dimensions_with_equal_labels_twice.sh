#!/usr/bin/env bash
# One expects: the label of a HoloViews dimension is what stands on its axis. The name tells dimensions apart, so the
#   columns (row, column) of positions may both be labelled "position, px".
# What happens: data are looked up by label as well, and the first dimension that has it answers for both. Without a word
#   the second axis gets the numbers of the first: with Bokeh and with Matplotlib, for points, curves and paths, and in
#   dimension_values. An xarray Dataset with long_name and units on its coordinates leads there by itself.
# Whom it hurts: whoever draws rows against columns, kx against ky, source against detector, estimated against true: what
#   has equal long_names. Every detected spot lies on the diagonal, and a calibration curve of predicted over measured
#   values looks perfect.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'holoviews==1.23.2' 'bokeh==3.9.2' 'matplotlib==3.11.2' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import holoviews as hv
import numpy as np

print("HoloViews", hv.__version__)
columns, rows = np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])
seen = {}
for words in (("column, px", "row, px"), ("position, px", "position, px")):
    across, up = hv.Dimension("column", label=words[0]), hv.Dimension("row", label=words[1])
    spots = hv.Points((columns, rows), [across, up])
    hv.extension("bokeh")
    bokeh = np.asarray(hv.renderer("bokeh").get_plot(spots).handles["source"].data["row"])
    hv.extension("matplotlib")
    matplotlib = np.asarray(hv.renderer("matplotlib").get_plot(spots).handles["artist"].get_offsets())[:, 1]
    seen[words] = bokeh.tolist(), matplotlib.tolist(), spots.dimension_values("row").tolist(), spots.dimension_values(1).tolist()
    print(f"rows given {rows.tolist()}, labels {words}: drawn by Bokeh at {seen[words][0]}, by Matplotlib at {seen[words][1]},"
          f" dimension_values('row') {seen[words][2]}, dimension_values(1) {seen[words][3]}")
apart, equal = seen.values()
assert all(values == rows.tolist() for values in apart), "the behaviour has changed"
assert all(values == columns.tolist() for values in equal), "the behaviour has changed"
PYTHON
