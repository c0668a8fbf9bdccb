"""The handwritten digits of scikit-learn."""

import gzip
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from workbench.networks.examples.base import Examples, Share, Table
from workbench.refusal import Refusal


@dataclass(frozen=True)
class DigitExamples(Examples):
    """1797 handwritten digits of 8 x 8, in [0, 1], as scikit-learn ships them: (1, 8, 8) and ten classes.

    Alpaydin & Kaynak 1998, doi 10.24432/C50P49.
    """

    share: Share = 0.8

    def table(self) -> Table:
        found = find_spec("sklearn")
        if found is None or found.origin is None:
            came = "an installation without it"
            raise Refusal("the package sklearn", came, 'pip install "inverse-workbench[data]"')
        with gzip.open(Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz", "rt") as file:
            rows = torch.from_numpy(np.loadtxt(file, delimiter=","))
        pictures = rows[:, :64].reshape(-1, 1, 8, 8) / 16
        return Table(pictures, functional.one_hot(rows[:, 64].long(), 10).double())
