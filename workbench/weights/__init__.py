"""Weights that ship: found by their hash, described by a card beside them, repeated by `workbench train`."""

from workbench.weights.files import as_bytes, read, read_on, write
from workbench.weights.shipped import card, names, placed, shipped

__all__ = ["as_bytes", "card", "names", "placed", "read", "read_on", "shipped", "write"]
