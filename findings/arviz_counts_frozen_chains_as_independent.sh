#!/usr/bin/env bash
# One expects: of a sampler that never accepts a step all draws are copies, so the effective sample size is at most the
#   number of chains, the standard error of the mean is unknown, and a warning or NaN says so.
# What happens: arviz.ess of chains that all stand at one value is the number of draws, 4000 of 4000, and arviz.mcse is
#   0.0: the best that can be had. Only R-hat is NaN, and `NaN > 1.01` is False. Chains that stand at different values are
#   found out (ess about 4, R-hat infinite), and so every test with random starts passes.
# Whom it hurts: imaging posteriors, where pixels are many and starts are often the same (zeros, the data, a MAP estimate).
#   A step that is far too long freezes every chain at the start, and a table sorted by effective sample size calls
#   those pixels the best sampled of all.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'arviz==0.23.4' 'numpy==2.4.6'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import math

import arviz as az
import numpy as np

print("arviz", az.__version__)


def metropolis(step: float, start: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Random-walk Metropolis for a standard normal in 64 dimensions: the first coordinate of each chain."""
    rng, x, kept = np.random.default_rng(seed), start.copy(), []
    for _ in range(draws):
        proposal = x + step * rng.normal(size=x.shape)
        accept = np.log(rng.uniform(size=len(x))) < (np.square(x).sum(1) - np.square(proposal).sum(1)) / 2
        x = np.where(accept[:, None], proposal, x)
        kept.append(x[:, 0])
    return np.array(kept).T


same, apart = np.zeros((4, 64)), np.random.default_rng(9).normal(size=(4, 64))
found = {}
for name, step, start in (("step 0.2, starts at 0", 0.2, same), ("step 50, starts at 0", 50, same), ("step 50, starts apart", 50, apart)):
    chains = metropolis(step, start, 1000, 1)
    found[name] = float(az.ess(chains)), float(az.mcse(chains)), float(az.rhat(chains)), len(np.unique(chains))
    ess, mcse, rhat, values = found[name]
    print(f"{name:22}: {values} different values among 4000; ess {ess:.0f}, mcse {mcse:.3f}, R-hat {rhat:.3f}; R-hat > 1.01 is {rhat > 1.01}")
moving, frozen, apart_ = found.values()
assert frozen[:2] == (4000.0, 0.0) and math.isnan(frozen[2]) and frozen[3] == 1, "the behaviour has changed"
assert moving[0] < 400 and apart_[0] < 10 and apart_[2] > 1e6, "the behaviour has changed"
PYTHON
