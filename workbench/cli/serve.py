"""`workbench serve`: the dashboard in a browser."""

import argparse

from workbench.cli.experiment import loading
from workbench.cli.output import say
from workbench.refusal import Refusal

SUMMARY = "Serve the dashboard."
EXAMPLES = ("workbench serve --open", "workbench serve --port 5007 --device cuda")

_EXTRA = ("panel", "panel_material_ui", "holoviews", "bokeh", "param", "matplotlib")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=5006, help="port to listen on (5006)")
    parser.add_argument(
        "--host", default="localhost", help="name or address to listen on (localhost: this machine only)"
    )
    parser.add_argument("--device", default="cpu", help="where reconstructions run: cpu, cuda or cuda:0 (cpu)")
    loading.option(parser)
    parser.add_argument("--open", action="store_true", help="open the page in a browser")


def main(args: argparse.Namespace) -> int:
    try:
        from workbench.app.page.serve import addresses, require, serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in _EXTRA:
            raise
        remedy = 'pip install "inverse-workbench[app]"'
        raise Refusal(f"the package {error.name} for the dashboard", "an installation without it", remedy) from error
    loading.load(args)
    require(args.port, args.host, args.device)
    say("Making the page ready; the first time its kernels are compiled, which takes about a minute ...")

    def announce(address: str) -> None:
        say(f"Open {address} (Ctrl-C ends it)")
        if others := addresses(args.host, args.port)[1:]:
            say(f"From other machines: {' or '.join(others)}")

    serve(args.port, args.host, args.device, args.open, announce)
    return 0
