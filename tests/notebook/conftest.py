"""Runs in cells are recorded whole, as those of the page."""

from tests.app.conftest import _whole_curves

__all__ = ["_whole_curves"]
