"""The command line: one file a command, and nothing heavy is imported before a command needs it."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from workbench.cli import (
    bench,
    catalogue,
    check,
    contents,
    doctor,
    lessons,
    runs,
    serve,
    solve,
    sweep,
    tune,
    unknown,
)  # fmt: skip
from workbench.cli.experiment import examples
from workbench.cli.jupyter import kernel, lab
from workbench.cli.networks import learned, plane, train
from workbench.cli.output import complain
from workbench.cli.trust import calibrate, perturb
from workbench.refusal import Refusal, one_of
from workbench.version import __version__

COMMANDS = {
    "serve": serve,
    "run": solve,
    "data": contents,
    "examples": examples,
    "runs": runs,
    "sweep": sweep,
    "tune": tune,
    "unknown": unknown,
    "calibrate": calibrate,
    "perturb": perturb,
    "plane": plane,
    "train": train,
    "learned": learned,
    "lessons": lessons,
    "list": catalogue,
    "check": check,
    "doctor": doctor,
    "lab": lab,
    "kernel": kernel,
    "bench": bench,
}
_NAMED = ("runs", "lessons", "examples")  # take any number of names, before and after their options
_NAMES_FOLLOW = "--"  # after it a name may begin with a dash
_INTERRUPTED = 130  # what shells expect of a program ended by Ctrl-C


class Parser(argparse.ArgumentParser):
    """The standard parser, with errors as one line."""

    def error(self, message: str) -> NoReturn:
        complain(f"{message}; see `{self.prog} --help`")
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 2 for what cannot be done, 1 for what went wrong while doing it."""
    _require_home()
    try:
        return _command(list(sys.argv[1:] if argv is None else argv))
    except Refusal as refusal:
        complain(str(refusal))
        return 2
    except KeyboardInterrupt:
        complain("interrupted")
        return _INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from workbench.parameters import outside  # which is there already where a file was loaded

        fault, refused = outside.fault(error), _refused_file(error)
        if (sentence := fault or refused) is None:
            raise
        complain(str(sentence))
        return 1 if fault else 2


def _refused_file(error: Exception) -> Refusal | None:
    """The sentence of a file that the system refuses: by its name, its place, its owner or a full disk."""
    if not isinstance(error, OSError) or error.filename is None:
        return None
    why = (error.strerror or str(error)).lower()
    return Refusal("a file that the system takes", f"{error.filename!r}: {why}", "give another name or place")


def _require_home() -> None:
    """Bokeh and Jupyter end at once where nobody knows a home; one that is not there holds nothing and hurts nobody."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = "/nonexistent"


def _command(argv: list[str]) -> int:
    parser, by_name = _parsers()
    if argv and not argv[0].startswith("-"):
        one_of("a command of the workbench", argv[0], COMMANDS)
    told, names = argv, list[str]()
    if argv and argv[0] in _NAMED and _NAMES_FOLLOW in argv:
        end = argv.index(_NAMES_FOLLOW)
        told, names = argv[:end], argv[end + 1 :]
    args, left = parser.parse_known_args(told)
    if args.command is None:
        parser.print_help()
        return 0
    # argparse ends the list of names at the first option: those after it are left
    unknown = [word for word in left if word.startswith("-")] if args.command in _NAMED else left
    if unknown:
        _refuse(unknown[0], args.command, by_name[args.command].format_help())
    if args.command in _NAMED:
        args.names = [*args.names, *left, *names]
    return COMMANDS[args.command].main(args)


def _refuse(word: str, command: str, text: str) -> None:
    """Refuse a word that no option of the command took, with the nearest of the options in its help."""
    options = sorted({"--help", *re.findall(r"--[a-z][a-z-]+", text.partition("examples:")[0])})
    if not word.startswith("-"):
        raise Refusal(f"an option of `workbench {command}`", repr(word), f"see `workbench {command} --help`")
    one_of(f"an option of `workbench {command}`", word.partition("=")[0], options)


def _parsers() -> tuple[Parser, dict[str, Parser]]:
    shape = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    about = "Inverse problems, live: reconstruct from the page, the command line or a notebook."
    parser = Parser("workbench", description=about, epilog=f"examples:\n{_examples(*COMMANDS)}", **shape)
    parser.add_argument("--version", action="version", version=f"workbench {__version__}")
    chosen = parser.add_subparsers(dest="command", metavar="command")
    by_name = {}
    for name, module in COMMANDS.items():
        text = {"help": module.SUMMARY.lower().rstrip("."), "description": module.SUMMARY}
        by_name[name] = chosen.add_parser(name, epilog=f"examples:\n{_examples(name)}", **text, **shape)
        module.options(by_name[name])
    return parser, by_name


def _examples(*names: str) -> str:
    return "\n".join(f"  {line}" for name in names for line in COMMANDS[name].EXAMPLES)
