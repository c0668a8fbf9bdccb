"""What the table of runs says of each."""

from workbench.app.runs.run_table import RunTable, row
from workbench.run_folder.run_summary import RunSummary


def test_a_row_of_a_run_has_its_parts_and_how_it_ended():
    parts = {"operator": "Radon", "prior": "TV", "algorithm": "FISTA", "parametrisation": "Direct"}
    run = RunSummary("a.nc", "2026-11-30T12:34:56Z", parts, 40, 31.4159, "converged", tags=("one", "two"), note="n")
    told = row(run, b"\x89PNG")
    assert told["parts"] == "Radon · TV · FISTA" and told["psnr"] == "31.42" and told["saved"] == "2026-11-30 12:34"
    assert (told["tags"], told["k"], told["state"], told["note"], told["ended"]) == (
        "one, two",
        "40",
        "",
        "n",
        "converged",
    )
    assert told["picture"].startswith("data:image/png;base64,iVBORw")
    from dataclasses import replace

    assert row(replace(run, psnr=None), None)["psnr"] == ""
    states = [row(replace(run, **given), None)["state"] for given in (
        {"running": True}, {"outcome": "failed", "remark": "no tags"}, {"outcome": "done"},
    )]  # fmt: skip
    assert states == ["running", "failed; no tags", ""]
    heard: list = []
    made = RunTable(heard.append)
    made._handle_msg({"asked": 1})
    made.hand_over("a.nc", b"content")
    assert heard == [{"asked": 1}] and made.file == {"name": "a.nc", "content": "Y29udGVudA=="}
    made.forget_file()
    made.draw([told], "psnr", ["a.nc"])
    assert (made.file, made.rows, made.order, made.selected) == ({}, [told], "psnr", ["a.nc"])
