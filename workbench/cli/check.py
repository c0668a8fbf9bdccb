"""`workbench check`: the laws, on a class of one's own or of the catalogue."""

import argparse

from workbench.cli.output import say
from workbench.refusal import Refusal, one_of

SUMMARY = "Check a class of your own against the laws of its kind."
EXAMPLES = ("workbench check my_operators.py:Vignette", "workbench check my_operators.py", "workbench check Radon")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", help="FILE.py:Class, FILE.py for all its classes, or a name of the catalogue")


def main(args: argparse.Namespace) -> int:
    """Status 0 where all laws hold, else 1."""
    from workbench.checks import check

    good = True
    for cls in _classes(args.subject):
        report = check(cls)
        good &= report.ok
        say(str(report))
    return 0 if good else 1


def _classes(subject: str) -> list[type]:
    from workbench import catalog

    path, _, name = subject.rpartition(":") if ".py:" in subject else (subject, "", "")
    if path.endswith(".py"):
        found = {cls.__name__: cls for cls in catalog.load(path)}
        if not found:
            remedy = f"look at them by workbench serve --load {path} --open"
            raise Refusal(f"a class that has laws in {path}", "views of the page alone", remedy)
        return [found[one_of(f"a class of {path}", name, found)]] if name else list(found.values())
    for kind in catalog.KINDS:
        if subject in catalog.members(kind):
            return [catalog.members(kind)[subject]]
    remedy = "give a file, my_operators.py:Vignette, or a name that `workbench list` shows"
    raise Refusal("a class to check", repr(subject), remedy)
