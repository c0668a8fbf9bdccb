"""Where data come from: signals, shipped, from formulas or files, of which they are simulated, and measurements."""

from workbench.data import centre, noise_level, regions, steps
from workbench.data.calibration import coil_maps, measured_mask
from workbench.data.centre import AxisOfRotation
from workbench.data.contents import Content, beside, contents
from workbench.data.example_files.example_scan import ExampleInfo, ExampleScan, example_array
from workbench.data.example_signals.example_signal import ExampleSignal
from workbench.data.example_signals.infos import example_info
from workbench.data.files import (
    MAX_LENGTH,
    MAX_SIDE,
    MAX_VALUES,
    Loaded,
    from_text,
    is_file_name,
    load,
    load_array,
    load_bytes,
    load_described,
    split,
)
from workbench.data.formats import SUPPORTED
from workbench.data.measured import Measured
from workbench.data.regions.painted import Painted
from workbench.data.scaling import Window
from workbench.data.shipped import SOFT_TISSUE, Info, info, names, truth
from workbench.data.signals import Array, File, Shipped, Signal
from workbench.data.simulated import Simulated
from workbench.data.source import Source
from workbench.data.twelve_bits import twelve_bit

__all__ = [
    "MAX_LENGTH",
    "MAX_SIDE",
    "MAX_VALUES",
    "SOFT_TISSUE",
    "SUPPORTED",
    "Array",
    "AxisOfRotation",
    "Content",
    "ExampleInfo",
    "ExampleScan",
    "ExampleSignal",
    "File",
    "Info",
    "Loaded",
    "Measured",
    "Painted",
    "Shipped",
    "Signal",
    "Simulated",
    "Source",
    "Window",
    "beside",
    "centre",
    "coil_maps",
    "contents",
    "example_array",
    "example_info",
    "from_text",
    "info",
    "is_file_name",
    "load",
    "load_array",
    "load_bytes",
    "load_described",
    "measured_mask",
    "names",
    "noise_level",
    "regions",
    "split",
    "steps",
    "truth",
    "twelve_bit",
]
