"""Whatever an address says, the page opens: what is wrong with it is a sentence, and never an error."""

import math

import pytest

from benchmarks.fuzzing import addresses, opened
from workbench.live.caps import Caps
from workbench.live.session import Session
from workbench.operators import Radon
from workbench.refusal import Refusal


@pytest.mark.parametrize("seed", range(4))
def test_none_of_many_ends_in_an_error(seed: int) -> None:
    said = [opened(address) for address in addresses(20, seed)]
    assert any(said) and all(len(sentence) < 1500 for sentence in said)


@pytest.mark.parametrize("path", ["steps", "seed", "operator.width", "truth.size"])
def test_a_number_beyond_all_floats_is_refused_as_any_other(session: Session, path: str) -> None:
    assert session.set(path, "9" * 400).startswith("wanted ")


def test_and_so_it_is_in_python() -> None:
    with pytest.raises(Refusal):
        Radon((1, 16, 16), angles=10**400)
    with pytest.raises(Refusal):
        Radon((1, 16, 16), angles=math.nan)


def test_what_only_fits_with_other_values_than_the_usual_keeps_them() -> None:
    """The usual kernel has three rows, and an ECG one axis: what the address says makes the operator fit."""
    first = Session.from_address("truth=ecg&operator=ConvolutionPSF&operator.kernel=1", Caps())
    again = Session.from_address(first.address(), Caps())
    assert not first.errors and not again.errors and again.address() == first.address()
    assert "operator.kernel=1.0" in first.address()
    first.close(), again.close()
