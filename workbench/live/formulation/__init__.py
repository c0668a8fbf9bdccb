"""What a run solves, as one formula whose terms are the controls."""

from workbench.live.formulation.formulation import Formulation, Term, stated

__all__ = ["Formulation", "Term", "stated"]
