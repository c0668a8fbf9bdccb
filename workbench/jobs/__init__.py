"""Runs and analyses under a hand: a thread of the device takes turns with all runs, another with what is beside."""

from workbench.jobs.allowance import Allowance
from workbench.jobs.begun_run import BegunRun
from workbench.jobs.branch import BRANCH, Branch, EarlierRun, GivenStart
from workbench.jobs.carrying import carried
from workbench.jobs.columns import Columns, certificates
from workbench.jobs.job import Job
from workbench.jobs.pace import Pace
from workbench.jobs.right_of_way import PAGES
from workbench.jobs.runners import Runner, alive, beside, close_all, rest_all, runner, statuses
from workbench.jobs.snapshot import Proof, Snapshot
from workbench.jobs.task import BackgroundTask, TaskResult
from workbench.jobs.trail import RunMoment, RunTrail, Spent, ladder_of
from workbench.jobs.turn import Status, Turn

__all__ = [
    "BRANCH",
    "PAGES",
    "Allowance",
    "BackgroundTask",
    "BegunRun",
    "Branch",
    "Columns",
    "EarlierRun",
    "GivenStart",
    "Job",
    "Pace",
    "Proof",
    "RunMoment",
    "RunTrail",
    "Runner",
    "Snapshot",
    "Spent",
    "Status",
    "TaskResult",
    "Turn",
    "alive",
    "beside",
    "carried",
    "certificates",
    "close_all",
    "ladder_of",
    "rest_all",
    "runner",
    "statuses",
]
