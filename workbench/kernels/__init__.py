"""The inner loops: a torch reference each, a compiled twin where it pays, one entry that picks by device and dtype."""

from workbench.kernels.dispatch import use

__all__ = ["use"]
