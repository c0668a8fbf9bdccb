"""Every notebook in a real JupyterLab, offline, all cells: seconds to its kernel, to a picture, to its end; errors.

`python -m benchmarks.notebooks`, or with names. Chromium and the kernel share the cores.
"""

import argparse
import json
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.common import publish, table
from tests.app.browsing import launched, until, watched
from tests.jupyter import Jupyter, serving
from workbench.tutorials import NOTEBOOKS

PATIENCE = 600  # seconds for all cells of one
HEAD = ("notebook", "kernel, s", "first picture, s", "all cells, s", "cells", "kB saved", "errors")


def driven(lab: Jupyter, browser: Any, name: str) -> dict[str, Any]:
    """Open one, run all its cells, and save it."""
    shutil.copy(NOTEBOOKS / name, lab.folder / name)
    begin = time.perf_counter()
    first: list[float] = []
    with watched(browser, expected=".") as page:
        reader = lab.open(page, name)
        opened = time.perf_counter() - begin
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()

        def over() -> bool:
            if not first and page.locator(".workbench-screen canvas").count():
                first.append(time.perf_counter() - begin)
            said = page.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
            return all(re.search(r"\d", each) for each in said)

        until(page, over, PATIENCE)
        ran = time.perf_counter() - begin
        before = reader.file.stat().st_mtime_ns
        reader.save()
        until(page, lambda: reader.file.stat().st_mtime_ns != before)
    lab.end_kernels()
    outputs = [output for cell in reader.outputs() for output in cell]
    errors = [each["ename"] for each in outputs if each["output_type"] == "error"]
    size = len(json.dumps(outputs)) / 1000
    seconds = {"kernel": opened, "first": first[0] if first else None, "all": ran}
    return seconds | {"cells": len(reader.outputs()), "kB": size, "errors": errors}


def main(names: list[str]) -> None:
    rows, results = [], {}
    wanted = [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb")) if not names or path.stem in names]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as lab, launched() as browser:
        for name in wanted:
            found = results[name] = driven(lab, browser, name)
            first = "-" if found["first"] is None else f"{found['first']:.1f}"
            errors = ", ".join(found["errors"]) or "none"
            rows.append(
                (
                    name,
                    f"{found['kernel']:.1f}",
                    first,
                    f"{found['all']:.1f}",
                    found["cells"],
                    f"{found['kB']:.0f}",
                    errors,
                )
            )
    publish("notebooks", results, "Seconds from the wish to open it; kB of its outputs.", table(HEAD, rows))


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("names", nargs="*", help="of notebooks; all without")
    main(given.parse_args().names)
