"""Worker processes end with the process that began them, also where it had no time to say so."""

import os
import signal
import subprocess
import sys

import pytest

from tests.patience import PATIENCE
from workbench.processes import pool

PARENT = """
import os, time
from workbench.processes import pool

def work():
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    with pool(2) as workers:
        workers.submit(work)
        workers.submit(work).result()
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of POSIX")
def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    file = tmp_path / "parent.py"
    file.write_text(PARENT)
    with subprocess.Popen([sys.executable, file], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = {int(parent.stdout.readline()) for _ in range(2)}
        parent.send_signal(signal.SIGKILL)
        try:
            parent.communicate(timeout=PATIENCE)  # the workers hold the same output: it ends when the last of them has
        except subprocess.TimeoutExpired:
            for child in children:
                os.kill(child, signal.SIGKILL)
            pytest.fail("workers outlive their parent")
    assert len(children) == 2 and parent.pid not in children


def _ignore() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_a_pool_calls_what_each_process_is_to_begin_with():
    with pool(1, _ignore) as workers:
        assert workers.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN
