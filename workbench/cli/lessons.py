"""`workbench lessons`: what there is to learn by doing, and whether what a lesson claims is true."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.output import say, say_json, table
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    from workbench.lessons import CheckedClaim, Lesson

SUMMARY = "List lessons, show one, try its claims, or make it a notebook."
EXAMPLES = (
    "workbench lessons list",
    "workbench lessons show semi_convergence",
    "workbench lessons check my_lesson.yaml",
    "workbench lessons notebook semi_convergence --out semi_convergence.ipynb",
)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", help=", ".join(_ACTIONS))
    parser.add_argument("names", nargs="*", metavar="NAME", help="a lesson that `list` shows, or a file of your own")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")
    parser.add_argument("--out", metavar="FILE.ipynb", help="where the notebook goes")


def main(args: argparse.Namespace) -> int:
    """Status 1 where a claim is false."""
    return _ACTIONS[one_of("an action on lessons", args.action, _ACTIONS)](args)


def _list(args: argparse.Namespace) -> int:
    from workbench import lessons

    if args.names:
        remedy = "`workbench lessons show NAME` shows one"
        raise Refusal("no names after list", ", ".join(args.names), remedy)
    found = list(lessons.every())
    if args.json:
        say_json([{"name": x.name, "title": x.title, "learnt": x.learnt, "steps": len(x.steps)} for x in found])
    else:
        say(table([("lesson", "steps", "what is learnt"), *((x.name, str(len(x.steps)), x.learnt) for x in found)]))
    return 0


def _show(args: argparse.Namespace) -> int:
    lesson = _one(args)
    if args.json:
        say_json(_plain(lesson))
        return 0
    say(f"{lesson.title}\n{lesson.learnt}")
    for step in lesson.steps:
        shown = f"{step.tab}, {step.show}" if step.show else step.tab
        said = f"  {step.watch}\n  Question: {step.question}\n  Answer: {step.answer}"
        say(f"\n{step.number}. [{shown}] ?lesson={lesson.name}&step={step.number}\n{said}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from workbench import lessons

    wanted = args.names or lessons.names()
    good, answers = True, []
    for name in wanted:
        for found in lessons.check(lessons.opened(name)):
            good &= found.verdict.holds
            answers.append(_answer(found))
            if not args.json:
                say(str(found))
    if args.json:
        say_json(answers)
    return 0 if good else 1


def _notebook(args: argparse.Namespace) -> int:
    from workbench.lessons.notebook import notebook

    lesson = _one(args)
    if not args.out:
        raise Refusal("a file for the notebook", "none", f"say --out {lesson.name}.ipynb")
    path, own = Path(args.out), args.names[0] if args.names[0] != lesson.name else ""
    if path.exists():
        raise Refusal("a new file", f"{path}, which is there", "give another name, or delete it")
    try:
        path.write_text(notebook(lesson, own), encoding="utf-8")
    except OSError as error:
        raise Refusal(
            "a place for the notebook", f"{path} ({error.strerror})", "choose a folder that is there"
        ) from error
    if args.json:
        say_json({"lesson": lesson.name, "notebook": str(path)})
    else:
        say(f"saved {path}")
    return 0


def _one(args: argparse.Namespace) -> "Lesson":
    from workbench import lessons

    if len(args.names) != 1:
        raise Refusal("the name of one lesson", f"{len(args.names)} names", "`workbench lessons list` shows them")
    return lessons.opened(args.names[0])


def _plain(lesson: "Lesson") -> dict[str, Any]:
    from workbench.parameters import describe

    keys = ("number", "address", "tab", "show", "play", "watch", "question", "answer")
    steps = [
        {key: getattr(step, key) for key in keys}
        | {"tab_settings": dict(step.tab_settings), "claims": [describe(claim) for claim in step.claims]}
        for step in lesson.steps
    ]
    return {"name": lesson.name, "title": lesson.title, "learnt": lesson.learnt, "steps": steps}


def _answer(found: "CheckedClaim") -> dict[str, Any]:
    from workbench.parameters import describe

    held = {"place": found.step.place, "step": found.step.number, "holds": found.verdict.holds}
    return held | {"sentence": found.verdict.sentence, "claim": describe(found.claim)}


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "check": _check,
    "notebook": _notebook,
}
