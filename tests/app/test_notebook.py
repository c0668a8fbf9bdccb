"""The page in a notebook cell: a frame on a server of its own."""

import subprocess
import sys

from workbench.app.page.notebook import in_notebook


def test_a_process_without_a_kernel_is_no_notebook():
    assert not in_notebook()


def test_a_cell_shows_a_small_frame_whose_server_ends_with_the_process():
    code = """
import re, urllib.request
from functools import partial
from workbench.app.main import page
from workbench.app.page.notebook import Framed
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import Identity

small = Experiment(Shipped("camera", 32), Identity((1, 32, 32)))
framed = Framed(partial(page, small))
cell = framed._repr_html_()
assert framed._repr_html_() == cell, "one server for one object"
assert len(cell) < 300
address = re.search(r'src="(http://localhost:[0-9]+/)"', cell)[1]
with urllib.request.urlopen(address, timeout=60) as answer:
    assert answer.status == 200 and b"Workbench" in answer.read()
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0
