"""The page in a notebook cell: a frame on a server of its own."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from workbench.app.page import jupyter_server
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
    assert subprocess.run([sys.executable, "-c", code], timeout=240, check=False).returncode == 0


def test_a_cell_shows_a_small_frame_whose_server_ends_with_the_process():
    code = """
import http.client, re, urllib.request
from functools import partial
from bokeh.util.token import generate_jwt_token
from workbench.app.main import page
from workbench.app.page.notebook import Framed
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import Identity

small = Experiment(Shipped("camera", 32), Identity((1, 32, 32)))
framed = Framed(partial(page, small))
cell = framed._repr_html_()
assert framed._repr_html_() == cell, "one server for one object"
assert len(cell) < 500 and 'ssh -L' in cell, 'the browser may be elsewhere'
address = re.search(r'src="(http://localhost:[0-9]+/)"', cell)[1]
with urllib.request.urlopen(address, timeout=240) as answer:
    assert answer.status == 200 and b"Workbench" in answer.read()

token = generate_jwt_token("nobody", signed=False)
port = int(address[:-1].rpartition(":")[2])

def status(host, origin):
    line = http.client.HTTPConnection("localhost", port, timeout=240)
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol": f"bokeh, {token}"}
    line.request("GET", "/ws", headers=upgrade | key | {"Host": host, "Origin": f"http://{origin}"})
    return line.getresponse().status

assert status("jupyter.test:8888", "jupyter.test:8888") == 101, "passed on by a proxy that has this name"
assert status("hub.test", "hub.test") == 101
assert status("localhost:8000", "localhost:8000") == 101, "a tunnel by another port"
assert status("jupyter.test:8888", "evil.test:8888") == 403
assert status(f"localhost:{port}", "evil.test") == 403
assert status(f"evil.test:{port}", f"evil.test:{port}") == 403, "a name that was made to lead here"
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=240, check=False).returncode == 0


class Jupyter(BaseHTTPRequestHandler):
    """A server of Jupyter that passes on port 1234 and no other."""

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "token secret"
        passes = known and self.path == "/user/me/proxy/1234/kept?id=nobody"
        self.send_response(200 if passes else 404)
        self.end_headers()
        self.wfile.write(b"gone" if passes else b"no such page")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def jupyter(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict]:
    server = HTTPServer(("localhost", 0), Jupyter)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = {"url": f"http://localhost:{server.server_port}/user/me/", "base_url": "/user/me/", "token": "secret"}
    told |= {"port": server.server_port}
    monkeypatch.setattr(jupyter_server, "server_of_kernel", lambda: told)
    yield told
    server.shutdown()


def test_the_page_comes_through_jupyter_where_it_passes_the_port_on(jupyter):
    assert jupyter_server.passed_on(1234) == "/user/me/proxy/1234/"
    assert jupyter_server.passed_on(1235) == "", "the proxy is not there, or not switched on"
    jupyter["token"] = "another"
    assert jupyter_server.passed_on(1234) == "", "nobody may ask without the token"
    jupyter["url"] = "http://localhost:1/"
    assert jupyter_server.passed_on(1234) == ""


def test_only_jupyter_and_its_hub_may_show_the_page(jupyter, monkeypatch):
    own = (f"localhost:{jupyter['port']}", f"127.0.0.1:{jupyter['port']}")
    assert jupyter_server.origins() == own
    monkeypatch.setenv("JUPYTERHUB_PUBLIC_URL", "https://hub.example.org/")
    assert jupyter_server.origins() == (*own, "hub.example.org")
    monkeypatch.setattr(jupyter_server, "server_of_kernel", lambda: None)
    assert jupyter_server.origins() == () and jupyter_server.passed_on(1234) == ""
