"""Runs under a hand: one thread a device takes turns with all of them."""

from workbench.jobs.job import Job, Snapshot, Status, carried
from workbench.jobs.runners import Runner, close_all, runner

__all__ = ["Job", "Runner", "Snapshot", "Status", "carried", "close_all", "runner"]
