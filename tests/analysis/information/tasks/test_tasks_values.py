"""The truth of every task, by its density."""

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch

from workbench.analysis.information.tasks import (
    TASKS,
    AdditiveUniform,
    BivariateNormal,
    DenseNormal,
    RenderedImages,
    Student,
    Task,
    UniformMixture,
)

LN2 = math.log(2)


def normal(covariance: np.ndarray, d: int) -> float:
    """(ln det C_u + ln det C_v - ln det C) / 2."""
    parts = (covariance[:d, :d], covariance[d:, d:], covariance)
    one, other, both = (np.linalg.slogdet(part)[1] for part in parts)
    return (one + other - both) / 2


def uniform(reach: float) -> float:
    """h(v) - h(noise), the density of v by a sum over a grid."""
    v = np.linspace(-reach - 1, reach + 2, 2_000_001)
    density = np.clip(np.minimum(1, v + reach) - np.maximum(0, v - reach), 0, None) / (2 * reach)
    seen = density > 0
    return float(-(density[seen] * np.log(density[seen])).sum() * (v[1] - v[0])) - math.log(2 * reach)


def student(d: int, freedom: int) -> float:
    entropies = [scipy.stats.multivariate_t(np.zeros(n), np.eye(n), df=freedom).entropy() for n in (d, 2 * d)]
    return float(2 * entropies[0] - entropies[1])


def dense(d: int, rho: float) -> np.ndarray:
    return (1 - rho) * np.eye(2 * d) + rho * np.ones((2 * d, 2 * d))


def test_the_truth_of_every_task_is_that_of_its_density():
    pairs: list[tuple[Task, float]] = [
        (BivariateNormal(0.6, 3), 3 * normal(np.array([[1, 0.6], [0.6, 1]]), 1)),
        (DenseNormal(2, 0.5), normal(dense(2, 0.5), 2)),
        (DenseNormal(3, 0.25), normal(dense(3, 0.25), 3)),
        (AdditiveUniform(0.75), 1 / 3),
        (AdditiveUniform(0.75), uniform(0.75)),
        (AdditiveUniform(0.5), uniform(0.5)),
        (AdditiveUniform(0.1), uniform(0.1)),
        (AdditiveUniform(2.0), uniform(2.0)),
        (Student(1, 1), student(1, 1)),
        (Student(2, 5), student(2, 5)),
        (UniformMixture(2), LN2 / 2),
        (UniformMixture(5), math.log(5) - 0.8 * LN2),
        (RenderedImages(1.5), 1.5),
    ]
    for task, truth in pairs:
        assert task.truth() == pytest.approx(truth, abs=2e-4), task
    assert len(TASKS) == 10 and len(set(TASKS)) == 10 and all(task.truth() > 0 for task in TASKS)


def test_pairs_are_drawn_from_the_density_of_their_task():
    def correlation(task, n: int = 20_000):
        u, v = task.sample(n, 1)
        return np.corrcoef(torch.cat([u, v], 1).double().T)

    np.testing.assert_allclose(correlation(BivariateNormal(0.6, 2))[[0, 1, 0], [2, 3, 3]], [0.6, 0.6, 0], atol=0.03)
    np.testing.assert_allclose(correlation(DenseNormal(2, 0.5)), dense(2, 0.5), atol=0.03)
    u, v = AdditiveUniform(0.75).sample(5000)
    assert 0 <= float(u.min()) < 0.01 and 0.99 < float(u.max()) <= 1
    assert float((v - u).abs().max()) <= 0.75 and float((v - u).min()) < -0.74 and float((v - u).max()) > 0.74
    u, v = UniformMixture(3).sample(5000)
    assert (
        sorted(u.unique().tolist()) == [0, 1, 2]
        and 0 <= float((v - u).min()) < 0.01
        and 1.99 < float((v - u).max()) <= 2
    )
    u, v = Student(1, 3).sample(50_000)
    assert float(scipy.stats.kstest(u[:, 0].numpy(), scipy.stats.t(3).cdf).pvalue) > 1e-3
    assert abs(np.corrcoef(u[:, 0], v[:, 0])[0, 1]) < 0.1 and np.corrcoef(u[:, 0] ** 2, v[:, 0] ** 2)[0, 1] > 0.05
    pictures = RenderedImages(1.0, 11)._render(torch.tensor([[0.0, 50.0]], dtype=torch.float64)).reshape(11, 11)
    assert pictures.argmax() == 5 * 11 + 8, "the middle of the rows, and eight tenths of the columns' ten"
    assert float(pictures[5, 8]) == pytest.approx(1) and float(pictures[5, 9]) == pytest.approx(
        math.exp(-((4 / 11) ** 2))
    )
    u, v = RenderedImages(1.0, 8).sample(4)
    assert u.shape == v.shape == (4, 64) and u.dtype == torch.float64
