"""Controls of parameters before they are made of anything: what they share, and what a person enters."""

from workbench.live.controls.control import Ask, Control, Controls, Offering, Sliding
from workbench.live.controls.form_controls import FormControls, Why
from workbench.live.controls.quiet import Quiet

__all__ = ["Ask", "Control", "Controls", "FormControls", "Offering", "Quiet", "Sliding", "Why"]
