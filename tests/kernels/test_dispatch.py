"""The switch, the late import and the threads."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from tests.patience import PATIENCE
from workbench.kernels import use
from workbench.kernels.dispatch import backend, share, workers
from workbench.kernels.radon import backproject, project
from workbench.kernels.tv import tv_solve
from workbench.refusal import Refusal


def test_switch():
    x = torch.zeros(1)
    assert backend(x) == "numba"
    with use("reference"):
        assert backend(x) == "reference"
    assert backend(x) == "numba"
    use("reference")
    assert backend(x) == "reference"
    use("auto")
    assert backend(x) == "numba"
    with pytest.raises(Refusal, match="choose one"):
        use("fast")  # pyright: ignore[reportArgumentType]


def test_what_serves_a_tensor():
    assert backend(torch.zeros(1, dtype=torch.float16)) == "reference"
    assert backend(torch.zeros(1, device="meta")) == "reference"
    x = torch.zeros(1, requires_grad=True)
    assert backend(x) == "reference"
    with torch.no_grad():
        assert backend(x) == "numba"


def test_numba_is_imported_at_the_first_kernel_and_not_before():
    code = "import sys, workbench.kernels.tv, workbench.kernels.radon; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _work(seed: int) -> list[torch.Tensor]:
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(1, 1, 200, 180, generator=rng)
    angles = torch.rand(12, generator=rng, dtype=torch.float64)
    y = project(x[0], angles, 150)
    return [*tv_solve(x, torch.ones(1), tolerance=0, iterations=60), y, backproject(y, angles, (90, 80))]


def test_many_threads_at_once():
    alone = [_work(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(_work, list(range(4)) * 4))
    for k, answer in enumerate(together):
        assert all(torch.equal(a, b) for a, b in zip(answer, alone[k % 4], strict=True))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_after_a_fork():
    """A child gets a pool of its own; in a fresh process, where no other test has started threads."""
    code = """
import os, sys, torch
from tests.kernels.test_dispatch import _work
torch.set_num_threads(2)
before = _work(0)
child = os.fork()
if child == 0:
    torch.set_num_threads(2)
    from workbench.kernels.dispatch import share
    done = [0, 0]
    share(lambda first, last: done.__setitem__(first, last), 2, 2)
    os._exit(done != [1, 2])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False, timeout=PATIENCE).returncode == 0


def test_share_covers_each_task_once_and_passes_errors_on():
    seen: list[int] = []
    share(lambda first, last: seen.extend(range(first, last)), 7, 3)
    assert sorted(seen) == list(range(7))

    def fail(first: int, last: int) -> None:
        if last == 7:
            raise ValueError("the last range")

    with pytest.raises(ValueError, match="the last range"):
        share(fail, 7, 3)
    assert workers(1) == 1
    assert workers(1 << 30) == torch.get_num_threads()


def test_a_kernel_that_can_be_kept_nowhere_is_compiled_without_a_cache(tmp_path):
    """A source beside which nothing can be written, and no home: even root cannot make a folder of a plain file."""
    (tmp_path / "__pycache__").write_text("not a folder")
    source = "from workbench.kernels.dispatch import compiled\n\n\n@compiled\ndef twice(x):\n    return 2 * x\n"
    (tmp_path / "kept_nowhere.py").write_text(source)
    code = (
        "import kept_nowhere, sys\n"
        "from workbench.kernels import dispatch\n"
        "dispatch._nothing = kept_nowhere.twice.py_func\n"
        "sys.exit(kept_nowhere.twice(21) != 42 or dispatch.cache_folder() != '')"
    )
    home = {"HOME": str(tmp_path / "__pycache__"), "XDG_CACHE_HOME": str(tmp_path / "__pycache__")}
    path = {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]), "PYTHONDONTWRITEBYTECODE": "1"}
    assert subprocess.run([sys.executable, "-c", code], env=os.environ | home | path, check=False).returncode == 0
