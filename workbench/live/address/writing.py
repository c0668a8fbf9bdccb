"""An experiment as the query of an address: what is as usual is left out."""

from typing import Any
from urllib.parse import urlencode

from workbench import example_scans
from workbench.catalog import KINDS
from workbench.data import Measured, Painted, Shipped, Simulated
from workbench.data.regions import PAINTED
from workbench.experiment import Experiment, fit
from workbench.live.address.names import (
    DATA,
    EXAMPLE,
    FILE,
    KEPT,
    PLAIN,
    RULE,
    SOURCE,
    STEPS_OF_DATA,
    own_name,
)
from workbench.operators import Operator
from workbench.parameters import changed, parameters
from workbench.paths import built, shape_in_words, spoken
from workbench.refusal import Refusal
from workbench.tensors import Shape

_LONGEST = 2000  # letters of a value: maps of thousands of numbers are not in the address


def to_address(experiment: Experiment) -> str:
    """The query that `read_address` reads back. Of a person's own file it holds the name alone."""
    items: dict[str, str] = {}
    truth = experiment.truth
    if truth is not None and isinstance(truth.bare, Shipped):
        items |= {"truth": truth.bare.name, "truth.size": str(truth.bare.size)}
    elif truth is not None and (name := own_name(truth)):
        items[FILE] = name
    elif name := experiment.source.bare.example:
        items[EXAMPLE] = name
        items |= spoken(experiment.source.bare, example_scans.example(name).source, DATA)
    elif isinstance(experiment.source, Measured):
        source = experiment.source
        items[DATA] = source.name
        items |= {
            p: text for p, text in spoken(source, Measured(source.data), DATA).items() if p.startswith(STEPS_OF_DATA)
        }
    if isinstance(truth, Painted):
        items |= spoken(truth, Painted(truth.signal), PAINTED)
    if isinstance(experiment.source, Simulated):
        items |= spoken(experiment.source, Simulated(experiment.source.signal), SOURCE)
    items |= spoken(experiment, changed(experiment, lost=()), "") if experiment.lost else {}
    for kind in KINDS:
        chosen = getattr(experiment, kind)
        usual = base_of(experiment, kind)
        items |= {kind: type(chosen).__name__} | spoken(chosen, usual, kind)
    if isinstance(experiment.source, Measured) and (shape := shape_in_words(experiment.operator)):
        items["operator.shape"] = shape
    if (rule := experiment.stop) is not None:
        items |= {RULE: type(rule).__name__} | spoken(rule, type(rule)(), RULE)
    items = {path: text if len(text) <= _LONGEST else KEPT for path, text in items.items()}
    return urlencode(items | {name: str(getattr(experiment, name)) for name in PLAIN}, safe=",")


def base_of(experiment: Experiment, kind: str) -> Any:
    """What an address need not say of a part: the part of the example as it is, else the class at its defaults."""
    chosen, shape = getattr(experiment, kind), experiment.operator.in_shape
    if name := experiment.source.bare.example:
        own = getattr(example_scans.example(name), kind)
        if type(own) is type(chosen):
            return fitted_default(own, shape)
    return _usual(chosen, shape)


def _usual(chosen: Any, shape: Shape) -> Any:
    """An object of the same class at its defaults, for signals of the same shape; itself where it has no defaults."""
    if any(p.required for p in parameters(type(chosen))):
        return chosen
    try:
        return built(type(chosen), {}, shape)
    except Refusal:  # its defaults are for other signals: a kernel of a picture beside an ECG
        return type(chosen)()


def fitted_default(default: object, shape: Shape) -> object:
    return fit(default, shape) if isinstance(default, Operator) else default
