"""Objects inside objects by dotted paths, "prior.second.low": one way for command line, page, address and sweeps."""

from workbench.paths.form import NONE, Entry, Form, Menu, Reasons
from workbench.paths.members import member, operator_of, shape_in_words, shapes_told
from workbench.paths.words import Words, altered, at, below, built, fitting, own_parameters, spoken

__all__ = [
    "NONE",
    "Entry",
    "Form",
    "Menu",
    "Reasons",
    "Words",
    "altered",
    "at",
    "below",
    "built",
    "fitting",
    "member",
    "operator_of",
    "own_parameters",
    "shape_in_words",
    "shapes_told",
    "spoken",
]
