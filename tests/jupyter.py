"""A real JupyterLab or Jupyter Notebook 7, and what a person does with a notebook in it."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat

from tests.app.browsing import PATIENCE, free_port, until
from workbench.cli.jupyter.lab import OFFLINE, SETTINGS

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
TILE = """from workbench.cli.tile import tile

c.ServerProxy.servers = {"workbench": tile()}
"""
LAB = ["-m", "jupyterlab", "--expose-app-in-browser", "--JupyterNotebookApp.expose_app_in_browser=True", *OFFLINE]
# Where the page says that a kernel is idle it may not be connected yet, and what is run then is lost.
READY = """() => {
  const shown = window.jupyterapp?.shell?.currentWidget?.sessionContext;
  const kernel = shown?.isReady && shown.session?.kernel;
  return kernel && kernel.connectionStatus === "connected" && kernel.status === "idle";
}"""


class Jupyter:
    """A server on a folder."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder

    def put(self, name: str, sources: Sequence[str]) -> Path:
        """A notebook of these cells."""
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), self.folder / name)
        return self.folder / name

    def open(self, page: Any, name: str, where: str = "lab/tree", seen_from: str = "localhost") -> "Person":
        """The notebook in a page once its kernel is idle; in Jupyter Notebook 7 where that is `notebooks`."""
        page.goto(f"{self.address.replace('localhost', seen_from)}/{where}/{name}?reset")  # what was open is closed
        page.wait_for_function(READY)
        return Person(page, self.folder / name)

    def _told(self, what: str) -> list[dict[str, Any]]:
        return json.loads(urllib.request.urlopen(f"{self.address}/api/{what}", timeout=PATIENCE).read())

    def end_kernels(self) -> None:
        """End those of all notebooks: each has torch in it. One that is just being started anew cannot be ended yet."""
        end = time.monotonic() + PATIENCE
        while kernels := self._told("kernels"):
            assert time.monotonic() < end, "a kernel does not end"
            for kernel in kernels:
                ended = urllib.request.Request(f"{self.address}/api/kernels/{kernel['id']}", method="DELETE")
                with contextlib.suppress(urllib.error.HTTPError):
                    urllib.request.urlopen(ended, timeout=PATIENCE).close()


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Jupyter]:
    """A server of one's own on a folder, told of the workbench's tile as its entry point tells it."""
    paths = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")]))
    home = {"JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_CONFIG_PATH": paths, "HOME": str(folder)}
    port = free_port()
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "jupyter_server_config.py").write_text(TILE)
    line = [sys.executable, *LAB, "--no-browser", "--allow-root", f"--port={port}"]
    line += ["--IdentityProvider.token=", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    line += ["--ServerApp.disable_check_xsrf=True"]  # kernels are ended from outside the browser, too,
    line += ["--ServerApp.allow_remote_access=True"]  # and some browsers know the machine by another name
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(line, stdout=log, stderr=log, env=os.environ | home)
    try:
        made, end = Jupyter(f"http://localhost:{port}", folder), time.monotonic() + PATIENCE
        while not answers(f"{made.address}/api"):
            assert server.poll() is None and time.monotonic() < end, (folder / "log.txt").read_text()
            time.sleep(0.1)
        yield made
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:  # jupyter-server does not end where a kernel was started anew
            server.kill()
            server.wait(30)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


class Person:
    """What somebody does with the notebook."""

    def __init__(self, page: Any, file: Path) -> None:
        self.page, self.file = page, file
        self._canvases = page.locator(".workbench-screen canvas")

    def run(self, cell: int) -> None:
        self.page.locator(".jp-CodeCell .jp-InputArea-editor").nth(cell).click()
        self.page.keyboard.press("Control+Enter")

    def ran(self, cell: int) -> None:
        """Run a cell and wait until it has ended."""
        counter = self.page.locator(".jp-CodeCell .jp-InputPrompt").nth(cell)
        last = counter.text_content()
        self.run(cell)
        until(self.page, lambda: re.search(r"\d", now := counter.text_content()) and now != last)

    def said(self, word: str) -> list[str]:
        text = " ".join(self.page.locator(".jp-OutputArea-output pre").all_text_contents())
        return re.findall(rf"{word} (.*)", text)

    def asked(self, word: str, cell: int) -> float:
        """What a cell prints after the word, once it has run again."""
        self.ran(cell)
        until(self.page, lambda: self.said(word) != [])
        return float(self.said(word)[-1])

    def picture(self, number: int) -> str:
        return self._canvases.nth(number).evaluate("canvas => canvas.toDataURL()")

    def save(self) -> None:
        self.page.locator(".jp-CodeCell .jp-InputArea-editor").first.click()
        self.page.keyboard.press("Control+s")

    def outputs(self) -> list[list[dict[str, Any]]]:
        """Of every cell of code, as saved."""
        until(self.page, lambda: self.file.read_text().rstrip().endswith("}"))  # it is empty while it is being saved
        cells = json.loads(self.file.read_text())["cells"]
        return [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]

    def restart(self) -> None:
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.get_by_text("Restart Kernel…", exact=True).click()
        self.page.get_by_role("button", name="Confirm Kernel Restart").click()
