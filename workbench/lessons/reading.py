"""A lesson from YAML, with the place of whatever is wrong in it."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from workbench import catalog
from workbench.catalog import KINDS
from workbench.lessons.lesson import LONGEST, LONGEST_TITLE, Lesson, LessonStep
from workbench.lessons.readouts import Readout
from workbench.lessons.statements import Statement
from workbench.parameters import arguments, as_text
from workbench.paths import built
from workbench.refusal import Refusal, listed, one_of

_LESSON = {"title": str, "learnt": str, "settings": dict, "steps": list}
_STEP = {
    "settings": dict,
    "tab": str,
    "show": str,
    "tab_settings": dict,
    "play": bool,
    "pace": int,
    "watch": str,
    "question": str,
    "answer": str,
    "claims": list,
}
_SAID = ("watch", "question", "answer")
_NAMES = {
    str: "a sentence",
    dict: "settings, name: value",
    list: "a list",
    bool: "true or false",
    int: "a whole number",
}
PACES = (0, 30, 10, 3, 1)  # iterations a second, as the page offers them; 0 is full speed
MOST_STEPS, LARGEST = 20, 2**18  # steps of a lesson; bytes of its file


def read(path: str | Path) -> Lesson:
    """The lesson of a YAML file, each state of the page built once; Refusal with the place of what is wrong."""
    lesson = parsed(path)
    for step in lesson.steps:
        step.require()
    return lesson


def parsed(path: str | Path) -> Lesson:
    """The same without building what the steps describe."""
    path = Path(path)
    found = _fields(_yaml(path), _LESSON, path.name, ("title", "learnt", "steps"))
    if not 1 <= len(found["steps"]) <= MOST_STEPS:
        raise _refusal(f"{path.name}: from 1 to {MOST_STEPS} steps", str(len(found["steps"])))
    title = _sentence(found["title"], f"{path.name}: title", LONGEST_TITLE)
    usual = found.get("settings", {})
    count = len(found["steps"])
    steps = tuple(_step(path.name, n, said, usual, count) for n, said in enumerate(found["steps"], 1))
    return Lesson(path.stem, title, _sentence(found["learnt"], f"{path.name}: learnt"), steps)


def _yaml(path: Path) -> Any:
    try:
        import yaml
    except ModuleNotFoundError as error:
        remedy = 'pip install "inverse-workbench[app]"'
        raise Refusal("the package yaml to read a lesson", "an installation without it", remedy) from error
    try:
        if path.stat().st_size > LARGEST:
            raise _refusal(f"{path.name}: a lesson of at most {LARGEST // 1024} KiB", f"{path.stat().st_size} bytes")
        return yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("a lesson in YAML", f"{path} ({error})", "give the path of a .yaml file") from error
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        raise Refusal(f"{path.name}: a lesson in YAML", words, "docs/lessons.md has one to copy") from error


def _step(name: str, number: int, said: Any, usual: Mapping[str, Any], count: int) -> LessonStep:
    place = f"{name}, step {number}"
    found = _fields(said, _STEP, place, (*_SAID, "claims"))
    texts = {key: _sentence(found[key], f"{place}: {key}") for key in _SAID}
    if not found["claims"]:
        raise _refusal(f"{place}: at least one claim", "none")
    claims = tuple(_claim(claim, f"{place}, claim {n}") for n, claim in enumerate(found["claims"], 1))
    for claim in claims:
        if claim.other_step is not None and not 1 <= claim.other_step <= count:
            raise _refusal(f"{place}: a claim about a step from 1 to {count}", str(claim.other_step))
    if found.get("pace", 0) not in PACES:
        raise _refusal(f"{place}: a pace of {listed(list(map(str, PACES)))}", str(found["pace"]))
    address = _address(usual, found.get("settings", {}))
    rest = {key: found[key] for key in ("tab", "show", "tab_settings", "play", "pace") if key in found}
    return LessonStep(place, number, address, **texts, claims=claims, **rest)


def _fields(said: Any, known: Mapping[str, type], place: str, needed: Sequence[str]) -> dict[str, Any]:
    """The fields of a mapping, each of its type; an address may stand where settings do."""
    if not isinstance(said, dict):
        raise _refusal(f"{place}: {listed(list(known))}", _kind(said))
    for key, value in said.items():
        try:
            wanted = known[one_of("a key of a lesson", str(key), known)]
        except Refusal as sentence:
            raise _refusal(f"{place}: {sentence.wanted}", f"{sentence.came} ({sentence.remedy})") from sentence
        address = key == "settings" and isinstance(value, str)
        number = not isinstance(value, bool) or wanted is bool  # true counts as 1 elsewhere
        if not ((isinstance(value, wanted) and number) or address):
            raise _refusal(f"{place}: {_NAMES[wanted]} for {key}", _kind(value))
    if missing := [key for key in needed if key not in said]:
        raise _refusal(f"{place}: {listed(missing)}", "a part without")
    return {key: _settings(value) if key == "settings" else value for key, value in said.items()}


def _settings(said: Any) -> dict[str, Any]:
    """Settings as they stand, or those of an address that was copied from the page."""
    if isinstance(said, dict):
        return {str(path): value for path, value in said.items()}
    return dict(parse_qsl(said.rpartition("?")[2], keep_blank_values=True))


def _address(usual: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """The settings of a step over those of the lesson; another member of a kind takes none of the usual one's."""
    others = {kind for kind in (*KINDS, "truth") if own.get(kind, usual.get(kind)) != usual.get(kind)}
    kept = {p: v for p, v in usual.items() if p.partition(".")[0] not in others or p == "truth.size"}
    return urlencode({path: as_text(value) for path, value in (kept | dict(own)).items()}, safe=",")


def _claim(said: Any, place: str) -> Statement:
    """{"AtLeastLevel": {"readout": "LastOfCurve", "readout.curve": "psnr", "level": 20}} as an object."""
    if not isinstance(said, dict) or len(said) != 1:
        raise _refusal(f"{place}: one name of `workbench list statements` with its values", _kind(said))
    ((name, values),) = said.items()
    try:
        if not isinstance(values or {}, dict):
            raise Refusal(f"values of {name}, name: value", _kind(values), "put them in braces, or indent them")
        known = catalog.members("statement")
        words = {str(path): value for path, value in (values or {}).items()}
        claim = built(known[one_of("a claim", str(name), known)], words, ())
        _complete(claim, words)
        return claim
    except Refusal as sentence:
        raise _refusal(f"{place}: {sentence.wanted}", f"{sentence.came} ({sentence.remedy})") from sentence


def _complete(claim: Statement, words: Mapping[str, Any]) -> None:
    """Refusal where the words leave out what a claim, or a readout in it, has to say."""
    readouts = {name: value for name, value in arguments(claim) if isinstance(value, Readout)}
    owed = [*claim.needed, *(f"{name}.{inner}" for name, value in readouts.items() for inner in value.needed)]
    if left := [path for path in owed if path not in words]:
        raise Refusal(f"{listed(left)} of {type(claim).__name__}", "a claim without", "say what is claimed")


def _sentence(text: str, place: str, longest: int = LONGEST) -> str:
    said = re.sub(r"\s+", " ", text).strip()
    if not 1 <= len(said) <= longest:
        raise _refusal(f"{place}: a text of at most {longest} letters", f"{len(said)}" if said else "an empty one")
    return said


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"


def _refusal(wanted: str, came: str) -> Refusal:
    return Refusal(wanted, came, "docs/lessons.md has a lesson to copy")
