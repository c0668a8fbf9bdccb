#!/usr/bin/env bash
# One expects: torch.Generator.manual_seed takes a 64-bit seed (it accepts one, and initial_seed() gives all of it back),
#   so seeds that differ anywhere in 64 bits give different random numbers.
# What happens: the generator of the CPU seeds its Mersenne twister with the low 32 bits alone. Seeds that differ by a
#   multiple of 2^32 draw the very same numbers, although initial_seed() tells them apart and NumPy's default_rng does not
#   mix them up.
# Whom it hurts: whoever derives a seed by hashing (run, chain, worker, item of a sweep) to 64 bits, as sampling studies,
#   data simulators and Dask sweeps do. By the birthday bound two of about 77,000 streams coincide with probability 1/2:
#   two "independent" chains or noise draws are then equal, which no test of a single stream shows.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'torch==2.13.0' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import hashlib

import numpy as np
import torch

print("torch", torch.__version__, "numpy", np.__version__)


def drawn(seed: int) -> torch.Tensor:
    return torch.randn(1000, generator=torch.Generator().manual_seed(seed))


one, other = 5, 5 + 3 * 2**32
same = torch.equal(drawn(one), drawn(other))
told_apart = torch.Generator().manual_seed(one).initial_seed() != torch.Generator().manual_seed(other).initial_seed()
numpy_same = np.array_equal(np.random.default_rng(one).normal(size=9), np.random.default_rng(other).normal(size=9))
print(f"seeds {one} and {other}: the same 1000 numbers: {same}; initial_seed() tells them apart: {told_apart}")
print(f"numpy.random.default_rng, the same two seeds: the same numbers: {numpy_same}")

seeds = [int.from_bytes(hashlib.blake2b(str(k).encode(), digest_size=8).digest(), "little") >> 1 for k in range(200_000)]
first: dict[int, int] = {}
pairs = [(first[s & 0xFFFFFFFF], s) for s in seeds if first.setdefault(s & 0xFFFFFFFF, s) != s]
equal = [(a, b) for a, b in pairs if torch.equal(drawn(a), drawn(b))]
print(f"of 200,000 hashed seeds, all different ({len(set(seeds)) == 200_000}), {len(equal)} pairs draw equal numbers, e.g. {equal[0]}")
assert same and told_apart and not numpy_same and equal and len(equal) == len(pairs), "the behaviour has changed"
PYTHON
