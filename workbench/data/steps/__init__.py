"""What measured data go through before the run: a chain of pure functions, each said in the notes."""

from workbench.data.steps.axes import FlipAxis, TransposeAxes
from workbench.data.steps.base import Step, Stepped
from workbench.data.steps.bin import Bin
from workbench.data.steps.chain import Stage, stages, through, to_draw
from workbench.data.steps.coils import CoilCompression, Whitening
from workbench.data.steps.crop import Crop
from workbench.data.steps.fields import DarkField, FlatField
from workbench.data.steps.logarithm import Floor, MinusLog
from workbench.data.steps.outliers import Outliers
from workbench.data.steps.oversampling import ReadoutOversampling
from workbench.data.steps.rescale import Rescale
from workbench.data.steps.stripes import SortingStripes, WaveletStripes

__all__ = [
    "Bin",
    "CoilCompression",
    "Crop",
    "DarkField",
    "FlatField",
    "FlipAxis",
    "Floor",
    "MinusLog",
    "Outliers",
    "ReadoutOversampling",
    "Rescale",
    "SortingStripes",
    "Stage",
    "Step",
    "Stepped",
    "TransposeAxes",
    "WaveletStripes",
    "Whitening",
    "stages",
    "through",
    "to_draw",
]
