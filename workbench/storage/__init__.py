"""Saved runs as files: one NetCDF file a run, one writer a file, whole or not at all."""

from workbench.storage.claim import Claim, Leftover, leftovers, new_claim
from workbench.storage.file_lock import FileLock, is_locked
from workbench.storage.netcdf import load, rebuild_run, save, to_json

__all__ = [
    "Claim", "FileLock", "Leftover", "is_locked", "leftovers", "load", "new_claim", "rebuild_run", "save", "to_json",
]  # fmt: skip
