"""The page in a notebook cell: a frame on a server of its own."""

import subprocess
import sys

from workbench.app.page.notebook import in_notebook


def test_a_process_without_a_kernel_is_no_notebook():
    assert not in_notebook()


def test_a_cell_beside_a_page_that_beats_is_still_a_cell():
    """Bokeh's current document is that of all threads: what a page in a frame is doing must not look like a server."""
    code = """
import re, sys, types
import IPython
from bokeh.client import pull_session
from bokeh.io.doc import patch_curdoc
sys.modules["IPython"].get_ipython = lambda: types.SimpleNamespace(kernel=object())
import panel as pn
from workbench.app.page.notebook import Framed, in_notebook

seen = []

def page():
    seen.append(pn.state.curdoc)
    return pn.pane.HTML("here")

framed = Framed(page)
assert in_notebook()
with pull_session(url=framed.address().rstrip("/")):
    with patch_curdoc(seen[0]):  # as a beat of that page does, in its thread
        assert pn.state.curdoc is not None and in_notebook()
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0


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
