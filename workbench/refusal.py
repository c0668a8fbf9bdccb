"""The one exception a person's input can cause: what was wanted, what came, what to do."""

import difflib
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

LONGEST = 400  # letters of the sentence, whatever came
_HERE = str(Path(__file__).parent)
_NOT_OWN = ("/site-packages/", "/asyncio/")  # in names of files that a person has not written


class Refusal(ValueError):
    """A request that cannot be met, as one sentence for the person who made it.

    The page shows it beside the control, the command line prints it and exits with 2. It has at most LONGEST letters:
    of long parts the middle is left out.
    """

    def __init__(self, wanted: str, came: str, remedy: str) -> None:
        self.wanted, self.came, self.remedy = wanted, came, remedy
        room = LONGEST - len("wanted , got : ")
        came = short(came, max(room // 4, room - len(wanted) - len(remedy)))
        wanted = short(wanted, max(room // 4, room - len(came) - len(remedy)))
        super().__init__(f"wanted {wanted}, got {came}: {short(remedy, room - len(wanted) - len(came))}")

    def __reduce__(self) -> tuple:
        return type(self), (self.wanted, self.came, self.remedy)

    def _render_traceback_(self) -> list[str]:
        """What a cell of IPython shows: the lines of the person's own that led here, and the sentence."""
        return [*(f"line {f.lineno}: {f.line}" for f in own_frames(self)), f"Refusal: {self}"]


def own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The lines of a person's own that led to an error, the last is nearest to it."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f for f in frames if not f.filename.startswith(_HERE) and not any(p in f.filename for p in _NOT_OWN)]


def short(text: str, most: int) -> str:
    """The text with no more than `most` letters: where it has more, dots stand for the middle."""
    if len(text) <= most:
        return text
    end = (most - 5) // 3
    return f"{text[: most - 5 - end]} ... {text[len(text) - end :]}"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names as a list to choose from, in quotes where a name holds a comma; of many the first `most`."""
    shown = [f"'{n}'" if "," in n or " " in n else n for n in list(names)[:most]]
    left = len(names) - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left > 0 else "")


def one_of(what: str, name: str, known: Iterable[str]) -> str:
    """The name, where it is known; Refusal with the nearest one elsewhere."""
    names = list(known)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1)
    raise Refusal(what, repr(name), f"did you mean {near[0]}?" if near else f"there are {listed(names) or 'none'}")


def article(noun: str) -> str:
    """The noun with its article: a prior, an operator."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
