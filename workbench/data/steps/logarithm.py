"""From what came through to what was in the way."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.data.steps.base import Step, Stepped, require_real
from workbench.data.steps.fields import Single, mean_frame
from workbench.parameters import Range
from workbench.refusal import Refusal


@dataclass(frozen=True)
class Floor(Step):
    """max(y, least): values below are raised to it, and counted, as before a logarithm."""

    least: Annotated[float, Range(1e-6, 1, log=True, limits=(-1e30, 1e30)), "the smallest value"] = 1e-3

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_real(values, self)
        below = int((values < self.least).sum())
        said = f"{below} of {values.numel()} values below {self.least:g} raised to it"
        return Stepped(values.clamp_min(self.least), said, units)


@dataclass(frozen=True, eq=False)
class MinusLog(Step):
    """-log(y / incident): line integrals of the attenuation from what came through (Beer and Lambert).

    Refusal for values of 0 or less, which have none.
    """

    incident: Annotated[float | Tensor, "what comes through nothing: 1 after a flat field, else counts"] = 1.0
    single: Single = False

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_real(values, self)
        incident, words = mean_frame(self.incident, values, "MinusLog.incident", self.single)
        if bad := int((incident <= 0).sum()):
            raise Refusal("an incident beam above 0", f"{bad} values that are not", "give counts without an object")
        if bad := int((values <= 0).sum()):
            came = f"{bad} of {values.numel()} of 0 or less"
            remedy = "check the dark field, or put Floor before it, which raises them and says so"
            raise Refusal("values above 0 for MinusLog", came, remedy)
        return Stepped(-(values / incident).log(), f"minus the logarithm of the values over {words}", "1")
