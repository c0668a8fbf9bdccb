#!/usr/bin/env bash
# One expects: the label of a HoloViews element is what its legend says, and an overlay that one backend draws, the other
#   draws as well. A curve of the variable psnr may be labelled "psnr".
# What happens: with Bokeh it is drawn; with Matplotlib the same overlay ends in "ValueError: label must be scalar or have
#   the same length as the input data". The label is taken for the name of the dimension, and its values for the label.
#   Labels that are no dimension's name are drawn by both.
# Whom it hurts: whoever compares runs, an overlay of curves named after what they show (psnr, objective): live in Bokeh all
#   is well, and the figure of the paper, made by Matplotlib from the same element, cannot be saved.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'holoviews==1.23.2' 'bokeh==3.9.2' 'matplotlib==3.11.2' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import holoviews as hv
import numpy as np

print("HoloViews", hv.__version__)
k = np.arange(5.0)
found = {}
for backend in ("bokeh", "matplotlib"):
    hv.extension(backend)
    for label in ("this run", "psnr"):
        both = hv.Curve((k, k**2), "k", "psnr", label=label) * hv.Curve((k, k), "k", "psnr", label="another run")
        try:
            hv.render(both, backend=backend)
            found[backend, label] = "drawn"
        except Exception as error:
            found[backend, label] = "label must be scalar" if "label must be scalar" in str(error) else repr(error)
        print(f"{backend}, label {label!r}: {found[backend, label]}")
wanted = ["drawn", "drawn", "drawn", "label must be scalar"]
assert list(found.values()) == wanted, "the behaviour has changed"
PYTHON
