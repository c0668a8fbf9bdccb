"""What networks learn from."""

import importlib.util
import math

import pytest
import torch

from workbench.data import twelve_bit
from workbench.networks import ChebyshevRegression, DigitExamples, TwelveBit
from workbench.networks.examples.base import digit_examples as module
from workbench.refusal import Refusal


def test_twelve_bits_are_split_as_listed():
    learned, held_out = TwelveBit().split()
    words, labels = twelve_bit()
    assert (len(learned.inputs), len(held_out.inputs)) == (3276, 820)
    assert torch.equal(torch.cat([learned.inputs, held_out.inputs]), words.double())
    assert torch.equal(torch.cat([learned.targets, held_out.targets]).argmax(1), labels)
    assert bool((learned.targets.sum(1) == 1).all())


@pytest.mark.parametrize("degree", [0, 3, 4, 5])
def test_chebyshev_points_and_values(degree):
    (inputs, targets), held_out = ChebyshevRegression(20, degree).split()
    of_20 = torch.special.chebyshev_polynomial_t(inputs[:, 0], torch.tensor(20))
    torch.testing.assert_close(of_20, torch.zeros(20, dtype=torch.float64), rtol=0, atol=1e-12)
    known = torch.special.chebyshev_polynomial_t(inputs[:, 0], torch.tensor(degree))
    torch.testing.assert_close(targets[:, 0], known, rtol=1e-12, atol=1e-12)
    assert inputs.shape == targets.shape == (20, 1)
    assert not len(held_out.inputs)


@pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="scikit-learn ships the digits")
def test_digits_are_those_of_scikit_learn():
    (inputs, targets), held_out = DigitExamples().split()
    assert inputs.shape == (math.floor(0.8 * 1797), 1, 8, 8)
    assert targets.shape == (1437, 10)
    assert len(held_out.inputs) == 360
    assert float(inputs.min()) == 0 and float(inputs.max()) == 1
    # Known of the first digit, a 0: its first row in sixteenths.
    assert (16 * inputs[0, 0, 0]).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert targets[:10].argmax(1).tolist() == list(range(10))


def test_without_scikit_learn_the_digits_say_so(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match="sklearn"):
        DigitExamples().table()


@pytest.mark.parametrize("share", [0.0, 1.2])
def test_the_share_is_a_share(share):
    with pytest.raises(Refusal, match="share"):
        TwelveBit(share)
