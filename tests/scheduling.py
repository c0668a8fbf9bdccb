"""Which tests go together to one process, and which go first: long pieces while there is other work for the others."""

import itertools
from collections.abc import Sequence

from xdist.scheduler.loadscope import LoadScopeScheduling

MOST = 32  # cases of a law that go together


class ByPieces(LoadScopeScheduling):
    """The cells of a notebook are one piece, as are the tests of a file, which may share what they are made of.

    A law has thousands of short cases: so many of them are a piece, and the last pieces of all are small. Not by
    groups: with pytest 9.2, pytest-xdist 3.8 forgets them without a word.
    """

    def schedule(self) -> None:
        if self.collection is None:
            self.config.option.loadscopereorder = False  # by the number of tests, which says little of their seconds
            self._pieces = pieces(next(iter(self.registered_collections.values())))
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return self._pieces[nodeid]


def turn(nodeid: str) -> int:
    """Notebooks first, then files, then laws."""
    path = _file(nodeid)
    return 0 if path.endswith(".ipynb") else 2 if path.startswith("tests/laws/") else 1


def pieces(nodeids: Sequence[str]) -> dict[str, str]:
    """The piece of every test, by its name."""
    found = {nodeid: _file(nodeid) for nodeid in nodeids}
    for law, cases in itertools.groupby((n for n in nodeids if turn(n) == 2), key=lambda n: n.partition("[")[0]):
        found |= {nodeid: f"{law} {number // MOST}" for number, nodeid in enumerate(cases)}
    return found


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
