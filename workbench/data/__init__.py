"""Signals to reconstruct: real ones that ship with installed packages, formulas, and a person's own files."""

from workbench.data.files import MAX_LENGTH, MAX_SIDE, MAX_VALUES, Loaded, load, load_bytes, load_described
from workbench.data.formats import SUPPORTED
from workbench.data.scaling import Window
from workbench.data.shipped import SOFT_TISSUE, Info, info, names, truth
from workbench.data.signals import Array, File, Shipped, Signal
from workbench.data.twelve_bits import twelve_bit

__all__ = [
    "MAX_LENGTH",
    "MAX_SIDE",
    "MAX_VALUES",
    "SOFT_TISSUE",
    "SUPPORTED",
    "Array",
    "File",
    "Info",
    "Loaded",
    "Shipped",
    "Signal",
    "Window",
    "info",
    "load",
    "load_bytes",
    "load_described",
    "names",
    "truth",
    "twelve_bit",
]
