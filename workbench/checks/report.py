"""What a check found: a line a law, and whether all of them hold."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from workbench.refusal import short

_LONGEST = 160  # letters of an exception in a line


@dataclass(frozen=True)
class Finding:
    """One law on one object: whether it holds, and what was measured."""

    law: str
    ok: bool
    measured: str

    def __str__(self) -> str:
        return f"{'ok   ' if self.ok else 'WRONG'}  {self.law}: {self.measured}"


@dataclass(frozen=True)
class Report:
    """All findings on an object; it prints as a line a law."""

    subject: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(finding.ok for finding in self.findings)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        wrong = sum(not finding.ok for finding in self.findings)
        summary = f"{wrong} of {len(self.findings)} laws broken" if wrong else f"all {len(self.findings)} laws hold"
        return "\n".join([self.subject, *(f"  {finding}" for finding in self.findings), f"  {summary}"])

    __repr__ = __str__


Law = Callable[[Any], Iterable[Finding]]


def findings(law: Law, subject: Any) -> Iterator[Finding]:
    """What a law finds on an object; an exception is a finding, too."""
    try:
        yield from law(subject)
    except Exception as error:
        name = law.__name__.replace("_", " ")
        yield Finding(name, False, short(f"{type(error).__name__}: {error}", _LONGEST))


def at_most(law: str, error: Tensor | float, bound: float, of: str = "relative error") -> Finding:
    """That an error is at most a bound."""
    found = float(error.max() if isinstance(error, Tensor) else error)
    return Finding(law, found <= bound, f"{of} {found:.1e}, at most {bound:.0e}")


def holds(law: str, fact: bool, otherwise: str, fine: str = "yes") -> Finding:
    """That something is so; `otherwise` says what is not."""
    return Finding(law, fact, fine if fact else otherwise)
