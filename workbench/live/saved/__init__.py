"""The run of a page or a cell as a file keeps it, with what was looked at beside it, and how such a file is known."""

from workbench.live.saved.kept_run import kept_run
from workbench.live.saved.looked_at import Columns, chain_columns, plane_columns, spectrum_columns
from workbench.live.saved.run_file import STATELESS, brought, is_run, whole_run

__all__ = [
    "STATELESS",
    "Columns",
    "brought",
    "chain_columns",
    "is_run",
    "kept_run",
    "plane_columns",
    "spectrum_columns",
    "whole_run",
]
