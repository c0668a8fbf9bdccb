"""Saved runs as files: one NetCDF file a run, one writer a file, whole or not at all."""

from workbench.storage.claim import Claim, Leftover, is_claimed, leftovers, new_claim
from workbench.storage.netcdf import load, rebuild_run, save, to_json

__all__ = [
    "Claim", "Leftover", "is_claimed", "leftovers", "load", "new_claim", "rebuild_run", "save", "to_json",
]  # fmt: skip
