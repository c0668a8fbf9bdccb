"""Information by other libraries and in the style of well-known codes, where their packages are installed."""

import math
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from torch import Tensor

_K, _VARIANCE = 3, 1e-3  # the defaults of ours
Calls = dict[str, Callable[[], float]]


def ksg(u: Tensor, v: Tensor) -> Calls:
    """Kraskov's first estimator of I(u; v)."""
    x, y = u.numpy(), v.numpy()
    found: Calls = {}
    if find_spec("scipy"):
        found["NPEET-style, SciPy's k-d trees"] = lambda: _trees(x, y)
    if find_spec("sklearn") and x.shape[1] == y.shape[1] == 1:
        from sklearn.feature_selection import mutual_info_regression

        found["scikit-learn"] = lambda: float(mutual_info_regression(x, y[:, 0], n_neighbors=_K, random_state=0)[0])
    if find_spec("infomeasure"):
        import infomeasure

        found["infomeasure"] = lambda: float(
            infomeasure.mutual_information(x, y, approach="metric", k=_K, minkowski_p=math.inf)
        )
    return found


def _trees(x: np.ndarray, y: np.ndarray) -> float:
    from scipy.spatial import cKDTree
    from scipy.special import digamma

    joint = np.hstack([x, y])
    radii = cKDTree(joint).query(joint, _K + 1, p=np.inf)[0][:, -1]
    inside = np.nextafter(radii, 0)
    counts = [cKDTree(s).query_ball_point(s, inside, p=np.inf, return_length=True) for s in (x, y)]
    return float(digamma(_K) + digamma(len(x)) - sum(digamma(c).mean() for c in counts))


def kde(layer: Tensor) -> Calls:
    """The upper bound of Kolchinsky & Tracey with all pairs at once, as the published codes have it."""
    if not find_spec("scipy"):
        return {}
    from scipy.spatial.distance import cdist
    from scipy.special import logsumexp

    t = layer.numpy()

    def bound() -> float:
        return float(-(logsumexp(-cdist(t, t, "sqeuclidean") / (2 * _VARIANCE), axis=1) - math.log(len(t))).mean())

    return {"NumPy and SciPy, all pairs": bound}
