"""The run of a page or a cell as a file keeps it, and how such a file is known."""

from workbench.live.saved.kept_run import kept_run
from workbench.live.saved.run_file import STATELESS, is_run

__all__ = ["STATELESS", "is_run", "kept_run"]
