#!/usr/bin/env bash
# One expects: segyio tells the step between samples that a SEG-Y file holds, in dt() and in the axis `samples`, or raises, or
#   says that it cannot: revision 2 of the format writes a step of 32.768 ms and more in 16 bits without a sign, and any step,
#   62.5 microseconds or half a one, as a double in bytes 3273 to 3280 of the header, which stands above the 16 bits.
# What happens: the 16 bits are read with a sign, and where what comes out is not above 0 it is 4 ms, the fallback that is
#   documented for files that tell nothing. The double is not read. So 40 ms are 4 ms, half a microsecond is 4 ms if the 16 bits
#   are 0, as they have to be, and 62.5 microseconds are 62 if they hold the whole part. The axis `samples` is made of that.
#   strict=True, the default, does not mind, and nothing is said; traces and their number are right.
# Whom it hurts: passive and long-offset seismics and full waveform inversion at low frequencies, sampled at 40 ms: all
#   frequencies, and velocities fitted to the times, are off by ten. Ultrasound, ground radar and borehole data, sampled at a
#   microsecond or less, are off by thousands, or drift by 0.8 %: five samples in 600.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'segyio==1.9.14' 'numpy==2.4.6'
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import struct
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import segyio

print("segyio", version("segyio"))
path = Path(sys.argv[1]) / "traces.sgy"
count, traces = 50, 3


def write(short, double, revision):
    """Traces of zeros in IEEE floats; the step in microseconds in both places of the header, and in the traces."""
    head = bytearray(400)
    struct.pack_into(">H", head, 16, short)
    struct.pack_into(">H", head, 20, count)
    struct.pack_into(">H", head, 24, 5)  # IEEE floats
    struct.pack_into(">d", head, 72, double)
    head[300] = revision
    struct.pack_into(">h", head, 302, 1)  # all traces are of one length
    if revision >= 2:
        struct.pack_into(">I", head, 96, 16909060)  # by which readers tell the order of bytes
    with path.open("wb") as file:
        file.write(b" " * 3200 + head)
        for k in range(traces):
            own = bytearray(240)
            struct.pack_into(">i", own, 0, k + 1)
            struct.pack_into(">H", own, 114, count)
            struct.pack_into(">H", own, 116, short)
            file.write(own + bytes(4 * count))


cases = {  # 16 bits, double, revision: the step that this means, and the one that segyio tells
    (4000, 0.0, 1): (4000, 4000),
    (32767, 0.0, 2): (32767, 32767),
    (40000, 0.0, 2): (40000, 4000),
    (40000, 40000.0, 2): (40000, 4000),
    (62, 62.5, 2): (62.5, 62),
    (0, 0.5, 2): (0.5, 4000),
}
still = True
for (short, double, revision), (true, told) in cases.items():
    write(short, double, revision)
    with segyio.open(str(path), ignore_geometry=True) as file:
        found, axis, shape = segyio.dt(file), file.samples, (file.tracecount, len(file.samples))
    print(f"revision {revision}: 16 bits {short:5}, double {double:8}: step {true} us, dt() {found}, last sample at {axis[-1]:.3f} ms instead of {true * (count - 1) / 1000:.3f}")
    still &= found == told and np.isclose(axis[-1], told * (count - 1) / 1000) and shape == (traces, count)
sys.exit(0 if still else 1)
PYTHON
