"""Runs and analyses under a hand: one thread a device takes turns with all of them."""

from workbench.jobs.job import Job, carried
from workbench.jobs.runners import Runner, close_all, runner
from workbench.jobs.snapshot import Proof, Snapshot
from workbench.jobs.task import Outcome, Task
from workbench.jobs.turn import Status

__all__ = ["Job", "Outcome", "Proof", "Runner", "Snapshot", "Status", "Task", "carried", "close_all", "runner"]
