"""`workbench serve`: the dashboard in a browser."""

import argparse
import math
import socket
import sys
import webbrowser
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.experiment import loading
from workbench.cli.output import say
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.app.serving.options import Serving

SUMMARY = "Serve the dashboard."
EXAMPLES = (
    "workbench serve --open",
    "workbench serve --port 5007 --device cuda",
    "workbench serve --host 0.0.0.0 --max-visitors 60 --workers 2 --max-seconds 60 --log visits.jsonl",
    "workbench serve --origin lab.example.org --auth passwords.txt",
)

_ALONE = ("localhost", "127.0.0.1", "::1")  # hosts at which nobody from another machine is heard
_EXTRA = ("panel", "panel_material_ui", "holoviews", "bokeh", "param", "matplotlib", "prometheus_client")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=5006, help="port to listen on (5006)")
    parser.add_argument(
        "--host", default="localhost", help="name or address to listen on (localhost: this machine only)"
    )
    parser.add_argument("--device", default="cpu", help="where reconstructions run: cpu, cuda or cuda:0 (cpu)")
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes that share the visitors; not on Windows (1)"
    )
    parser.add_argument("--max-visitors", type=int, default=20, help="people at a time (20)")
    parser.add_argument("--max-pixels", type=int, metavar="N", help="pixels of a signal (as memory allows)")
    parser.add_argument("--max-steps", type=int, metavar="N", help="iterations of a run (no limit)")
    parser.add_argument("--max-seconds", type=float, metavar="S", help="seconds of work of a run (no limit)")
    parser.add_argument("--max-memory", type=float, metavar="GIB", help="GiB that one process holds at most (no limit)")
    parser.add_argument(
        "--origin", action="append", default=[], metavar="NAME", help="the name of a proxy in front, as browsers say it"
    )
    parser.add_argument(
        "--frame-origin", action="append", default=[], metavar="URL", help="a site that may show the page in a frame"
    )
    entry = parser.add_mutually_exclusive_group()
    entry.add_argument("--auth", metavar="FILE", help="ask for a name and password; FILE has lines name:password")
    entry.add_argument("--proxy-header", metavar="NAME", help="the header in which a proxy says who it is; others: 403")
    parser.add_argument(
        "--runs",
        metavar="FOLDER",
        help="the folder of kept runs, for everybody who gets in (yours, where the page is served to you alone)",
    )
    parser.add_argument("--log", metavar="FILE", help="write a JSON line for each visit ('-': on the standard error)")
    loading.option(parser)
    parser.add_argument("--open", action="store_true", help="open the page in a browser")


def main(args: argparse.Namespace) -> int:
    try:
        from workbench.app.serving.dispatcher import serve_workers
        from workbench.app.serving.serve import addresses, require, serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in _EXTRA:
            raise
        remedy = 'pip install "inverse-workbench[app]"'
        raise Refusal(f"the package {error.name} for the dashboard", "an installation without it", remedy) from error
    from workbench.app.serving.log import end_log

    serving = _prepared(args)
    require(serving)
    _require_processes(args)
    say("Making the page ready; the first time its kernels are compiled, which takes about a minute ...")

    def announce(address: str) -> None:
        say(f"Open {address} (Ctrl-C ends it)")
        if args.open:
            webbrowser.open(address)
        if others := addresses(args.host, args.port)[1:]:
            say(f"From other machines: {' or '.join(others)}")

    try:
        if args.workers == 1:
            serve(serving, announce)
        else:
            serve_workers(partial(_prepared, args), serving, args.workers, announce)
    finally:
        end_log()
    return 0


def _require_processes(args: argparse.Namespace) -> None:
    if not 1 <= args.workers <= max(1, args.max_visitors):
        remedy = "leave --workers out for one"
        raise Refusal(f"from 1 to {args.max_visitors} worker processes, one visitor each", str(args.workers), remedy)
    if args.workers > 1 and not hasattr(socket, "send_fds"):
        raise Refusal("a system that hands connections from process to process", sys.platform, "leave --workers out")


def _prepared(args: argparse.Namespace) -> "Serving":
    """What each process does before it serves: the classes of one's own, the log; how it serves."""
    from workbench.app.serving.log import write_log

    loading.load(args)
    if args.load:
        from workbench.app import views

        views.every()  # refused here, before anyone comes
    serving = _serving(args)
    if args.log:
        write_log(args.log)
    return serving


def _serving(args: argparse.Namespace) -> "Serving":
    """What was asked for."""
    from workbench.app.serving.admission import Admission, read_passwords
    from workbench.app.serving.options import Serving
    from workbench.jobs import Allowance
    from workbench.live.caps import Caps

    def limit(wanted: float | None) -> float:
        return math.inf if wanted is None else wanted

    return Serving(
        args.port,
        args.host,
        args.device,
        tuple(args.origin),
        tuple(args.frame_origin),
        args.max_visitors,
        Caps(
            limit(args.max_pixels),
            Allowance(limit(args.max_steps), limit(args.max_seconds)),
            limit(args.max_memory) * 2**30,
        ),
        Admission(read_passwords(Path(args.auth)) if args.auth else {}, args.proxy_header or ""),
        _runs(args),
    )


def _runs(args: argparse.Namespace) -> Path | None:
    """The folder that was named; the person's own where nobody else is meant to come; else none."""
    from workbench import run_folder

    if args.runs:
        return run_folder.made(Path(args.runs))
    shared = args.workers > 1 or args.origin or args.auth or args.proxy_header or args.host not in _ALONE
    return None if shared else run_folder.usual_folder()
