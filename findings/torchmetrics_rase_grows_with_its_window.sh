#!/usr/bin/env bash
# One expects: the relative average spectral error of TorchMetrics is a percentage: 100 / M times the root of the mean squared
#   error over the bands, M the mean of the reference. The sliding window decides over how many pixels errors and means are
#   taken, not over the scale.
# What happens: the mean in each window is divided by the number of its pixels a second time, so that the error is multiplied
#   by the window's area: by 64 for the default window of 8. An error of 6.7 % is given as 426, at a window of 16 as 1708.
#   sewar, the library the code is modelled on, does it rightly today, and so does TorchMetrics' ERGAS, which is related.
# Whom it hurts: pansharpening, hyperspectral and multi-channel reconstruction: values cannot be compared with any paper, a
#   window that is changed changes the scale, and two runs with different windows rank the other way round. The docstring's
#   example, 5326 %, is of it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'torchmetrics==1.9.0' 'torch==2.14.1' 'sewar==0.4.10' 'numpy==2.4.6'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sewar
import torch
import torchmetrics
from torchmetrics.functional.image import error_relative_global_dimensionless_synthesis as ergas
from torchmetrics.functional.image import relative_average_spectral_error as rase
from torchmetrics.image import RelativeAverageSpectralError

print("TorchMetrics", torchmetrics.__version__, "torch", torch.__version__)
rng = torch.Generator().manual_seed(0)
reference = 0.5 + 0.5 * torch.rand(1, 3, 64, 64, generator=rng)
picture = reference + 0.05 * torch.randn(reference.shape, generator=rng)
errors = (picture - reference).square().mean((0, 2, 3)).sqrt()
right = float(100 / reference.mean() * errors.square().mean().sqrt())
print(f"by the definition, over the whole picture: {right:.2f} %; ERGAS at ratio 1 {float(ergas(picture, reference, ratio=1)):.2f}")
as_numpy = [x[0].permute(1, 2, 0).double().numpy() for x in (reference, picture)]
for window in (2, 4, 8, 16):
    found, peer = float(rase(picture, reference, window_size=window)), float(sewar.rase(*as_numpy, ws=window))
    print(f"window {window}: TorchMetrics {found:.1f}, {found / right:.1f} times the definition; sewar {peer:.2f}")
    assert 0.95 * window**2 < found / right < 1.05 * window**2, "the scale has changed"
    assert 0.9 < peer / right < 1.1, "sewar has changed"
metric = RelativeAverageSpectralError()
metric.update(picture, reference)
assert abs(float(metric.compute()) / right - 64) < 3, "the scale has changed"
PYTHON
