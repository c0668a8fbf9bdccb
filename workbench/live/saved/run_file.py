"""Whether a file that a person brings is a saved run."""

import io

_HDF5 = b"\x89HDF\r\n\x1a\n"
STATELESS = "This run keeps no state of its algorithm: Play goes on from its picture, not bit for bit as it would have."


def is_run(content: bytes) -> bool:
    """Whether these are the bytes of a run: NetCDF-4 with a description and iterations. Nothing else is read."""
    if not content.startswith(_HDF5):
        return False
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            return "spec" in file.attrs and "k" in file
    except (OSError, RuntimeError, ValueError):  # damaged: whoever reads it says how
        return False
