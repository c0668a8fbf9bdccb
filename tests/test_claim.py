"""One writer a file: refused to others, ended by kill -9, and what it leaves is known for what it is."""

import os
import signal
import subprocess
import sys

import pytest
import xarray as xr

from workbench import storage
from workbench.refusal import Refusal
from workbench.storage import Claim, file_lock, is_locked, leftovers, new_claim

HOLD = """
import sys
from workbench.storage import Claim
held = Claim(sys.argv[1])
held._part.write_bytes(b"half a file")
sys.stdout.write("held\\n"); sys.stdout.flush()
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """A process that holds run.nc, in the middle of a write."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "run.nc")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_second_writer_is_told_who_the_first_is(tmp_path, other):
    assert is_locked(tmp_path / "run.nc") and not leftovers(tmp_path)
    with pytest.raises(Refusal, match=rf"nobody else writes, got .*run.nc, which process {other.pid} on"):
        storage.save(xr.Dataset(), tmp_path / "run.nc")
    with new_claim(tmp_path, "run") as made:
        assert made.path.name == "run-2.nc", "a name that is written is taken, though no file has it"


def test_what_a_killed_writer_leaves_is_known_and_cleaned(tmp_path, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    (tmp_path / ".profile.part.txt").write_text("mine")
    (left,) = leftovers(tmp_path)
    assert left.target == tmp_path / "run.nc" and len(left.files) == 2
    storage.save(xr.Dataset({"a": 1.0}), tmp_path / "run.nc")
    assert not leftovers(tmp_path), "whoever writes the file next takes them over"
    (tmp_path / ".gone.nc.part").write_bytes(b"")
    for each in leftovers(tmp_path):
        each.clean()
    assert sorted(file.name for file in tmp_path.iterdir()) == [".profile.part.txt", "run.nc"]


def test_a_claim_ends(tmp_path):
    with Claim(tmp_path / "run.nc"), pytest.raises(Refusal, match=f"process {os.getpid()} on"):
        Claim(tmp_path / "run.nc")
    Claim(tmp_path / "run.nc").end()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_one_sentence():
    with pytest.raises(Refusal, match=r"a file that can be written, got /proc/run\.nc"):
        Claim("/proc/run.nc")  # where not even root may make a file


def test_a_disk_without_locks_is_said(tmp_path, monkeypatch):
    def none(*given):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(file_lock.fcntl, "flock", none)
    with pytest.warns(UserWarning, match="no locks of files"):
        Claim(tmp_path / "run.nc").end()
