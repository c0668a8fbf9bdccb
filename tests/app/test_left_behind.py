"""What a visit leaves behind in the server's process: no object of its page, however many visits there were."""

import asyncio
import gc
import re
import time
from collections import Counter

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.app.test_serving import asked, running

_PAGE = "/?truth=shepp_logan&truth.size=16&steps=20"
_OURS = re.compile(r"(workbench|bokeh|panel|panel_material_ui|param)\b")
_LEFT = 1001  # what a browser says when its tab is closed
_PATIENCE = 60.0  # seconds


async def _visited(port: int, messages: int = 3) -> None:
    """A page is asked for, its line opened, so many of its messages are read, and its tab is closed."""
    page = await asyncio.to_thread(asked, port, _PAGE)
    token = re.search(r'"token":"([^"]+)"', page[2])
    assert page[0] == 200 and token
    line = await websocket_connect(HTTPRequest(f"ws://localhost:{port}/ws"), subprotocols=["bokeh", token[1]])
    for _ in range(messages):
        assert await line.read_message()
    line.close(_LEFT)


def _alive() -> Counter[str]:
    """Living objects of our classes and of those that pages are made of, by class."""
    gc.collect()
    names = (f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects())
    return Counter(name for name in names if _OURS.match(name))


def _left(port: int) -> Counter[str]:
    """The same once every page has gone."""
    end = time.perf_counter() + _PATIENCE
    while "workbench_visitors 0.0" not in asked(port, "/metrics")[2]:
        assert time.perf_counter() < end, "a page is kept that was left"
        time.sleep(0.1)
    return _alive()


def test_no_object_of_a_page_is_left_when_it_is() -> None:
    """Two visits more leave what the first one did; a thread may hold the last page's objects a while longer."""
    with running() as port:
        asyncio.run(_visited(port))
        before = _left(port)
        for _ in range(2):
            asyncio.run(_visited(port))
        more, end = _more(port, before), time.perf_counter() + _PATIENCE
        while more and time.perf_counter() < end:
            time.sleep(0.5)
            more = _more(port, before)
    assert not more, more


def _more(port: int, before: Counter[str]) -> dict[str, int]:
    """What there is twice more of than before."""
    return {name: number for name, number in (_left(port) - before).items() if number >= 2}
