"""What an instrument is like, found from the data that it took."""

from workbench.data.calibration import coil_maps
from workbench.data.calibration.sampling import measured_mask

__all__ = ["coil_maps", "measured_mask"]
