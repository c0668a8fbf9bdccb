"""Addresses of a thousand kinds, as a person mistypes them and as a scanner sends them: none may end in an error.

`python -m benchmarks.fuzzing --repetitions 10000 [--seed 0]`: each is opened as the page opens it: session, its
address, its Python, what it solves. Prints how many ended otherwise than in a session with a sentence or without one,
the slowest, and what memory grew by, given back now and then as the server does when somebody leaves. Exit 1 where one
ended in an error.
"""

import argparse
import random
import sys
import time
import warnings
from collections.abc import Iterator
from urllib.parse import urlencode

from workbench import catalog, data, example_scans, memory
from workbench.data import regions
from workbench.live.caps import Caps
from workbench.live.formulation import stated
from workbench.live.session import Session
from workbench.parameters import parameters
from workbench.paths.words import fitting

ODD = (
    "", " 5 ", "-1", "0", "1_0", "0x10", "１", "1e308", "-1e308", "1e-320", "nan", "inf", "-inf", "9" * 400,
    "2147483648", "None", "auto", "true", "[]", "1,2,3", "1;2", "../../etc/passwd", "<script>alert(1)</script>",
    "%00", "\x00", "é", "'", "\u202e", "Sum", "TotalVariation", "prior", "x" * 3000,
)  # fmt: skip
PLAIN = ("0", "1", "2", "3", "0.1", "0.5", "5", "50", "-2.5")
LISTS = (
    "0,1",
    "-1",
    "0,0",
    "2.5,1,1",
    "1,2,3,4,5",
    "nan,1",
    "1e-12,1",
    "1,,2",
    ",",
    "0,1;2,3",
    "1 2",
    "-3,-2,-1",
    "9,9",
)
_DEPTH = 2  # members inside members inside members
_OFTEN = 500  # addresses between two looks at memory
SIZES = ("8", "16", "24", "32", "33", *ODD)


def addresses(count: int, seed: int) -> Iterator[str]:
    """So many queries, the same for the same seed: members with arguments in and out of range, and nonsense."""
    rng = random.Random(seed)
    for _ in range(count):
        items = [pair for kind in catalog.KINDS if rng.random() < 0.75 for pair in _part(kind, rng)]
        if rng.random() < 0.7:
            items.append(("truth", rng.choice([*data.names(), "nothing", ""])))
        if rng.random() < 0.2:
            items.append(("example", rng.choice([*example_scans.names(), "nothing", ""])))
        if rng.random() < 0.2:
            items += _regions(rng)
        items.append(("truth.size", rng.choice(SIZES)))
        items += [(n, rng.choice([*ODD, "cpu", "3"])) for n in ("steps", "seed", "device") if rng.random() < 0.4]
        items += [(rng.choice(ODD), rng.choice(ODD))] * (rng.random() < 0.1)
        rng.shuffle(items)
        yield urlencode(items)


def _part(kind: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    members = catalog.members(kind)
    name = rng.choice([*members] if rng.random() < 0.95 else ODD)
    yield kind, name
    if name in members:
        yield from _inside(members[name], kind, rng)


def _inside(cls: type, path: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Some arguments of a member: numbers, lists, words, and members inside it with arguments of their own."""
    for each in parameters(cls):
        if each.name == "shape" or rng.random() > 0.35:
            continue
        place, parts = f"{path}.{each.name}", fitting(each)
        if not parts or rng.random() < 0.2:
            yield place, rng.choice(rng.choice((ODD, PLAIN, LISTS)))
        elif place.count(".") <= _DEPTH:
            name = rng.choice([*parts])
            yield place, name
            yield from _inside(parts[name], place, rng)


def _regions(rng: random.Random) -> Iterator[tuple[str, str]]:
    """What is lost of the data, or painted on the truth."""
    for path in ("lost", "painted.regions"):
        name = rng.choice([*regions.__all__, "", "nothing"])
        yield path, name
        for each in ("start", "end", "points", "radius", "text", "nothing"):
            if rng.random() < 0.4:
                yield f"{path}.{rng.choice('0112')}.{each}", rng.choice(rng.choice((ODD, PLAIN, LISTS)))
    if rng.random() < 0.5:
        yield "painted.values", rng.choice(rng.choice((ODD, PLAIN, LISTS)))


def opened(address: str) -> str:
    """What the page says of an address; raises what it should have said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = Session.from_address(address, Caps())
        session.address(), session.code(), stated(session.experiment)
        said = session.errors.get("address", "")
        session.close()
    return said


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--repetitions", type=int, default=1000, dest="count")
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    slowest, wrong, refused, held = (0.0, ""), 0, 0, list[int]()
    for number, address in enumerate(addresses(given.count, given.seed)):
        if number % _OFTEN == 0:
            memory.give_back()
            held.append(memory.held() or 0)
        begin = time.perf_counter()
        try:
            refused += bool(opened(address))
        except Exception as error:  # whatever it is, it is what is looked for
            wrong += 1
            print(f"{type(error).__name__}: {error}\n    {address[:600]}")
        slowest = max(slowest, (time.perf_counter() - begin, address[:300]))
    print(f"{given.count} addresses, {refused} with a sentence, {wrong} with an error; slowest {slowest[0]:.2f} s:")
    print(f"    {slowest[1]}")
    print(f"memory after each {_OFTEN}, MiB: {', '.join(f'{each / 2**20:.0f}' for each in held)}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
