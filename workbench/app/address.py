"""An experiment as a page's address, readable and editable by hand: ?truth=camera&operator=Radon&operator.angles=30."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from workbench.catalog import KINDS, find
from workbench.data import Shipped
from workbench.experiment import Experiment, fit, part
from workbench.operators import Operator
from workbench.parameters import Parameter, as_text, describe, parameters
from workbench.refusal import Refusal

PLAIN = ("steps", "seed", "device")


def own_parameters(cls: type) -> tuple[Parameter, ...]:
    """The parameters a person sets: all but the shape, which follows the signal."""
    return tuple(p for p in parameters(cls) if p.name != "shape")


def to_address(experiment: Experiment) -> str:
    """The query that `from_address` reads back. A person's own file stays on their machine and is left out."""
    items: dict[str, str] = {}
    if isinstance(experiment.truth, Shipped):
        items |= {"truth": experiment.truth.name, "truth.size": str(experiment.truth.size)}
    for kind in KINDS:
        chosen = getattr(experiment, kind)
        items[kind] = type(chosen).__name__
        for p in own_parameters(type(chosen)):
            value = getattr(chosen, p.name)
            if describe(value) != describe(p.default):
                items[f"{kind}.{p.name}"] = as_text(value)
    return urlencode(items | {name: str(getattr(experiment, name)) for name in PLAIN}, safe=",")


def from_address(query: str) -> Experiment:
    """The experiment of an address; what it leaves out is as in the default one. Refusal names what is wrong."""
    given = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    base = Experiment()
    truth = Shipped(given.get("truth", base.truth.name), _whole(given, "truth.size", Shipped))
    shape = tuple(truth.tensor().shape[1:])
    chosen = {kind: _part(kind, given, getattr(base, kind), shape) for kind in KINDS}
    plain = {
        p.name: p.parse(given[p.name], "experiment")
        for p in parameters(Experiment)
        if p.name in PLAIN and p.name in given
    }
    return Experiment(truth=truth, **chosen, **plain)


def _whole(given: Mapping[str, str], path: str, cls: type) -> int:
    parameter = next(p for p in parameters(cls) if p.name == path.partition(".")[2])
    return parameter.parse(given[path], cls.__name__) if path in given else parameter.default


def _part(kind: str, given: Mapping[str, str], default: object, shape: tuple[int, ...]) -> object:
    if not any(path == kind or path.startswith(f"{kind}.") for path in given):
        return fit(default, shape) if isinstance(default, Operator) else default
    values = {path.partition(".")[2]: text for path, text in given.items() if path.startswith(f"{kind}.")}
    name = given.get(kind, type(default).__name__)
    known = {p.name: p for p in own_parameters(find(kind, name))}
    if unknown := sorted(set(values) - set(known)):
        raise Refusal(f"parameters of {name}", ", ".join(unknown), f"it takes {', '.join(known) or 'none'}")
    return part(kind, name, shape, **{n: known[n].parse(text, name) for n, text in values.items()})
