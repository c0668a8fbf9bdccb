#!/usr/bin/env bash
# One expects: WaveletDenoiser of DeepInverse, and the prox of WaveletPrior, take "one coefficient per level" (or per subband
#   and level) as a tensor, in one of the two orders there are: from coarse to fine, as the coefficients come, or from fine to
#   coarse.
# What happens: neither. The levels are counted from 1 and the thresholds looked up at (level - 2), so that the coarsest level
#   takes the last threshold, the next one the first, and so on: of four levels, named from coarse to fine, the thresholds 1,
#   2, 3, 4 go to levels 2, 3, 4, 1. A list of thresholds, which is taken as well, is looked up at (level): there the first
#   entry goes to no level. The documented length, one less than the number of levels, is refused. With one threshold for all
#   nothing is seen.
# Whom it hurts: whoever thresholds by scale: BayesShrink, VisuShrink for coloured noise, learned thresholds of unrolled
#   networks (which train around it, but are named wrongly) and thresholds brought from PyWavelets or a paper. The coarsest
#   band, which carries the shapes, is cut with the threshold of the noisiest, and the finest keeps noise.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'deepinv==0.5.0' 'torch==2.14.1' 'torchvision==0.29.1' 'ptwt==0.1.9' 'PyWavelets==1.9.0'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import deepinv
import numpy as np
import pywt
import torch

print("deepinv", deepinv.__version__, "torch", torch.__version__, "PyWavelets", pywt.__version__)
levels, wavelet = 4, "haar"
rng = torch.Generator().manual_seed(0)
x = torch.randn(1, 1, 64, 64, generator=rng)
denoiser = deepinv.models.WaveletDenoiser(level=levels, wv=wavelet, non_linearity="soft")


def emptied(y):
    """The levels, counted from the coarsest as 1, that a threshold of 1e6 has emptied."""
    coefficients = pywt.wavedec2(y[0, 0].numpy(), wavelet, level=levels)
    return [k for k in range(1, levels + 1) if max(np.abs(band).max() for band in coefficients[k]) < 1e-3]


def all_but(position, length):
    thresholds = [0.0] * length
    thresholds[position] = 1e6
    return thresholds


by_tensor = [emptied(denoiser(x, ths=torch.tensor([all_but(k, levels)]))) for k in range(levels)]
by_list = [emptied(denoiser(x, ths=[[t] for t in all_but(k, levels + 1)])) for k in range(levels + 1)]
for k in range(levels):
    print(f"a tensor whose threshold {k + 1} of {levels} is huge empties level {by_tensor[k]} of {levels}, 1 is the coarsest")
for k in range(levels + 1):
    print(f"a list whose entry {k + 1} of {levels + 1} is huge empties level {by_list[k]}")
assert by_tensor == [[2], [3], [4], [1]] and by_list == [[], [1], [2], [3], [4]], "the behaviour has changed"
try:
    denoiser(x, ths=torch.ones(1, levels - 1))
    raise SystemExit("the documented length is taken now")
except ValueError as error:
    print(f"the documented length, {levels - 1}: {error}")

# What it costs: a blob with noise of the finest scale, and three times the noise of each level as thresholds, both ways round.
place = np.linspace(-1, 1, 64)
truth = 10 * np.exp(-4 * (place[:, None] ** 2 + place**2))
fine = pywt.wavedec2(np.random.default_rng(0).normal(size=(64, 64)), wavelet, level=levels)
noise = pywt.waverec2([0 * fine[0]] + [tuple(0 * b for b in f) for f in fine[1:-1]] + [fine[-1]], wavelet)
data = torch.tensor(truth + noise, dtype=torch.float32)[None, None]
right = [0.0, 0.0, 0.0, 3.0]  # coarse to fine
errors = {}
for name, thresholds in (("coarse to fine", right), ("fine to coarse", right[::-1]), ("turned by one to make up for it", right[1:] + right[:1])):
    y = denoiser(data, ths=torch.tensor([thresholds]))[0, 0].numpy()
    errors[name] = np.linalg.norm(y - truth) / np.linalg.norm(noise)
    print(f"thresholds given {name}: error {errors[name]:.2f} of the noise")
assert min(errors["coarse to fine"], errors["fine to coarse"]) > 0.9 > 0.5 > errors["turned by one to make up for it"], "changed"
PYTHON
