"""What can be known of an unknown behind the picture: where many starts end, and which directions nothing holds."""

from workbench.analysis.unknowns.flat_directions import FlatDirections, FlatnessSearch, flat_directions
from workbench.analysis.unknowns.many_starts import Landing, ManyStarts, landings
from workbench.analysis.unknowns.pictured_blocks import BlockPicture, pictured_blocks

__all__ = [
    "BlockPicture",
    "FlatDirections",
    "FlatnessSearch",
    "Landing",
    "ManyStarts",
    "flat_directions",
    "landings",
    "pictured_blocks",
]
