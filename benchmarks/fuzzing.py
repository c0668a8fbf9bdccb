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

from workbench import catalog, data, memory
from workbench.live.caps import Caps
from workbench.live.formulation import stated
from workbench.live.session import Session
from workbench.parameters import parameters

ODD = (
    "", " 5 ", "-1", "0", "1_0", "0x10", "１", "1e308", "-1e308", "1e-320", "nan", "inf", "-inf", "9" * 400,
    "2147483648", "None", "auto", "true", "[]", "1,2,3", "1;2", "../../etc/passwd", "<script>alert(1)</script>",
    "%00", "\x00", "é", "'", "\u202e", "Sum", "TotalVariation", "prior", "x" * 3000,
)  # fmt: skip
PLAIN = ("0", "1", "2", "3", "0.1", "0.5", "5", "50", "-2.5")
_OFTEN = 500  # addresses between two looks at memory
SIZES = ("8", "16", "24", "32", "33", *ODD)


def addresses(count: int, seed: int) -> Iterator[str]:
    """So many queries, the same for the same seed: members with arguments in and out of range, and nonsense."""
    rng = random.Random(seed)
    for _ in range(count):
        items = [pair for kind in catalog.KINDS if rng.random() < 0.75 for pair in _part(kind, rng)]
        if rng.random() < 0.7:
            items.append(("truth", rng.choice([*data.names(), "nothing", ""])))
        items.append(("truth.size", rng.choice(SIZES)))
        items += [(n, rng.choice([*ODD, "cpu", "3"])) for n in ("steps", "seed", "device") if rng.random() < 0.4]
        items += [(rng.choice(ODD), rng.choice(ODD))] * (rng.random() < 0.1)
        rng.shuffle(items)
        yield urlencode(items)


def _part(kind: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    members = catalog.members(kind)
    name = rng.choice([*members] if rng.random() < 0.95 else ODD)
    yield kind, name
    for each in parameters(members[name]) if name in members else ():
        if each.name != "shape" and rng.random() < 0.35:
            yield f"{kind}.{each.name}", rng.choice(ODD if rng.random() < 0.5 else PLAIN)


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
