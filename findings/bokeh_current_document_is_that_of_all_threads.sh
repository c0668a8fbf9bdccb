#!/usr/bin/env bash
# One expects: bokeh's curdoc(), and panel's state.curdoc, is the document of the code that asks: None, or an empty one of its
#   own, in a script or a cell, also while a server in another thread (pn.serve(threaded=True)) works on a visitor's page.
# What happens: the current document is kept in one list for the whole process. While the server's thread makes a page, the
#   main thread is given that page's document: pn.state.curdoc is None before and after, and in between it is a visitor's
#   document with a session. Whether one meets it depends on the moment.
# Whom it hurts: whoever serves a dashboard from a notebook and asks `pn.state.curdoc is None` to tell a cell from a served
#   page, as libraries do that show themselves in both: now and then a cell gets what is meant for a server, and what a cell
#   adds to the current document lands in a visitor's page.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'panel==1.9.4' 'bokeh==3.9.2'
timeout 120 "$folder/venv/bin/python" - <<'PYTHON'
import socket
import threading
import time
import warnings

import bokeh
import panel as pn
from bokeh.client import pull_session

warnings.simplefilter("ignore")
with socket.socket() as probe:
    probe.bind(("localhost", 0))
    port = probe.getsockname()[1]
inside, go_on = threading.Event(), threading.Event()


def page() -> pn.pane.Str:
    """Made in the thread of the server, for a visitor; it takes its time."""
    inside.set()
    go_on.wait(20)
    return pn.pane.Str("a page")


server = pn.serve(page, port=port, threaded=True, show=False, verbose=False)
for _ in range(100):
    try:
        socket.create_connection(("localhost", port), 1).close()
        break
    except OSError:
        time.sleep(0.1)
before = pn.state.curdoc
visitor = threading.Thread(target=lambda: pull_session(url=f"http://localhost:{port}").close())
visitor.start()
assert inside.wait(30), "nobody made the page"
during = pn.state.curdoc  # in the main thread, which serves nobody
go_on.set()
visitor.join(30)
after = pn.state.curdoc
print("panel", pn.__version__, "bokeh", bokeh.__version__)
print("main thread, before:", before, "| while the page is made:", type(during).__name__, "| after:", after)
assert before is None and during is not None and during.session_context is not None and after is None, "changed"
server.stop()
PYTHON
