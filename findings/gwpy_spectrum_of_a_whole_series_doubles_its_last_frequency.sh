#!/usr/bin/env bash
# One expects: TimeSeries.fft of GWpy, "normalised such that the amplitude is correct", gives a cosine of amplitude 1 the number 1
#   at every frequency, and fft().ifft() the series again, as its documentation writes down.
# What happens: all frequencies but 0 are doubled, as if each stood for two; the highest one of an even length stands for itself. There a
#   cosine of amplitude 1 is given 2, and the power of a series summed from the amplitudes is more than its power, by half for a burst of
#   eight samples. And ifft takes every length for even: of 1023 samples at 1024 Hz 1022 come back, at 1022.999 Hz. They span
#   the same time and drift by up to a sample against what went in: white noise differs from itself by 93 %. With 1024 samples
#   all comes back to rounding.
# Whom it hurts: filters that are written as fft, product, ifft, whose result is subtracted from the series sample by sample: lengths
#   are odd after cropping or joining, and the docstring's example has four samples. Amplitudes and power at the highest frequency of
#   short segments, glitches and steps.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'gwpy==4.1.0' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from gwpy.timeseries import TimeSeries

print("GWpy", version("gwpy"))
n, still = 1024, True
for cycles in (0, 1, 100, 511, 512):
    wave = TimeSeries(np.cos(2 * np.pi * cycles * np.arange(n) / n), sample_rate=n)
    found = float(np.abs(wave.fft().value).max())
    print(f"cosine of amplitude 1, {cycles:3} of at most 512 cycles: {found:.6f}")
    still &= abs(found - (2 if cycles == 512 else 1)) < 1e-9

short = np.array([1.0, -1, 1, -1, 0, 0, 0, 0])
amplitudes = np.abs(TimeSeries(short, sample_rate=8).fft().value)
power = amplitudes[0] ** 2 + np.sum(amplitudes[1:] ** 2) / 2
exact = amplitudes[0] ** 2 + np.sum(amplitudes[1:-1] ** 2) / 2 + (amplitudes[-1] / 2) ** 2
print(f"a burst of eight samples: power {np.mean(short**2):.4f}, from the amplitudes {power:.4f}, last one halved {exact:.4f}")
still &= abs(exact - np.mean(short**2)) < 1e-12 and power > 1.2 * exact

rng = np.random.default_rng(0)
for length in (1024, 1023):
    for name, values in (("white noise", rng.normal(size=length)), ("a slow ramp", np.linspace(0, 1, length))):
        series = TimeSeries(values, sample_rate=n)
        back = series.fft().ifft()
        kept = len(back)
        off = np.linalg.norm(back.value - values[:kept]) / np.linalg.norm(values[:kept])
        print(f"{name} of {length} samples: {kept} come back at {back.sample_rate.value:.3f} Hz, off by {off:.1e}")
        whole = kept == length and off < 1e-12 and back.sample_rate.value == n
        cut = kept == length - 1 and abs(back.sample_rate.value - n * kept / length) < 1e-6
        still &= whole if length == n else cut and (off > 0.5 or name != "white noise")
sys.exit(0 if still else 1)
PYTHON
