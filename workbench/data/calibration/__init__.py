"""What an instrument is like, found from the data that it took."""

from workbench.data.calibration import coil_maps

__all__ = ["coil_maps"]
