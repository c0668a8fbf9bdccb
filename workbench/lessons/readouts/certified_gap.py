"""The certificate of the last iterate."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.certificates import Kind
from workbench.lessons.readouts.base import Readout
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration


@dataclass(frozen=True)
class CertifiedGap(Readout):
    """The duality gap over |objective| at the end: no other picture has an objective lower by more than that."""

    def read(self, shown: "Demonstration") -> float:
        found = shown.certificate
        if found.kind is not Kind.GAP:
            remedy = "take a convex prior, and a method whose states have dual points"
            raise Refusal("a run with a duality gap", f"one without: {found.why}", remedy)
        return float(found.relative[0])

    def __str__(self) -> str:
        return "the relative duality gap"
