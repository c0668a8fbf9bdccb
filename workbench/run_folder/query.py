"""What a person looks for in a folder of runs."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from workbench.refusal import Refusal, one_of
from workbench.run_folder.run_summary import RunSummary

ORDERS: Mapping[str, tuple[Callable[[RunSummary], Any], bool]] = {  # the key, and whether the greatest comes first
    "saved": (lambda run: run.saved, True),
    "psnr": (lambda run: float("-inf") if run.psnr is None else run.psnr, True),
    "k": (lambda run: run.k, True),
    "name": (lambda run: run.name, False),
}


@dataclass(frozen=True)
class Query:
    """Runs whose parameters have the values of `where`, by dotted path, that bear all `tags` and hold all `words`.

    Words are looked for in name, parts, tags and note, in letters of any case. `order` is one of ORDERS.
    """

    where: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    order: str = "saved"

    def __post_init__(self) -> None:
        one_of("an order of runs", self.order, ORDERS)

    @classmethod
    def of(cls, text: str, order: str = "saved") -> Self:
        """The query of one line: PATH=VALUE is a condition, #TAG a tag, every other word a word."""
        given = _split(text)
        conditions = [word for word in given if "=" in word]
        tags = tuple(word[1:] for word in given if word.startswith("#") and len(word) > 1 and "=" not in word)
        words = tuple(word for word in given if "=" not in word and not (word.startswith("#") and len(word) > 1))
        return cls(conditions_of(conditions), tags, words, order)

    def takes(self, run: RunSummary) -> bool:
        """Whether a run bears the tags and holds the words; its parameters are asked elsewhere."""
        if not set(self.tags) <= set(run.tags):
            return False
        text = " ".join((run.name, *run.parts.values(), *run.tags, run.note)).lower() if self.words else ""
        return all(word.lower() in text for word in self.words)

    def ordered(self, runs: list[RunSummary]) -> list[RunSummary]:
        """The runs in their order; of equal ones the newest first."""
        key, greatest_first = ORDERS[self.order]
        newest_first = sorted(runs, key=lambda run: (run.saved, run.name), reverse=True)
        return sorted(newest_first, key=key, reverse=greatest_first)


def _split(text: str) -> list[str]:
    """The words of a line; quotes keep words together, and one that is still open is a letter."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def conditions_of(given: list[str]) -> dict[str, str]:
    """PATH=VALUE words by their path; Refusal for any other."""
    found = {}
    for text in given:
        path, equals, value = text.partition("=")
        if not (path and equals and value):
            raise Refusal("a condition PATH=VALUE", text, "write such as prior.weight=20 or prior=TotalVariation")
        found[path] = value
    return found
