"""Small members of a class of operators, made from its signature alone, and their explicit matrices."""

import functools
import math
from collections.abc import Iterator

import torch
from torch import Tensor

from workbench import catalog, operators
from workbench.operators import Field, LinearOperator, Operator
from workbench.parameters import Parameter, as_code, parameters
from workbench.refusal import Refusal
from workbench.tensors import generator, normal_like

SHAPES = ((2, 6, 8), (1, 7, 5), (2, 12), (1, 4, 2, 6))
MOST = 5000  # values of data: the square of that many is still an explicit matrix
INNER = operators.MotionBlur((2, 6, 8), 3.3) @ operators.Mask((2, 6, 8))  # not its own adjoint

LEFT = operators.Downsample((2, 6, 8))
ROW, PAIRS = ((0.3, -0.2, 0.6, 0.1),), ((0, 3), (3, 1), (2, 5), (5, 0))
MORE: dict[str, list[dict]] = {
    "PhaseRetrieval": [{"shape": (2, 3, 4), "masks": masks, "complex_valued": True} for masks in (0, 2)],
    "Colour": [{"shape": (3, 4, 5), "mixing": "luminance"}, {"shape": (3, 12), "mixing": "opponent"}],
    "ConvolutionPSF": [
        {"shape": (2, 12), "kernel": ROW},
        {
            "shape": (1, 3, 4),
            "kernel": ((0.5, 0.1), (0.2, -0.3), (0.1, 0.1), (0.7, 0.4), (0.1, 0.2)),
            "boundary": "zero",
        },
    ],
    "CrossSections": [{"shape": (2, 3, 4, 2), "planes": ((1, 0, 0, 0.5), (0.3, -0.5, 0.8, -0.7))}],
    "NonCartesianFourier": [
        {"shape": (1, 3, 4), "trajectory": 3},
        {"shape": (2, 3, 4), "trajectory": 2, "coils": 2, "order": "x"},
    ],
    "Radon": [{"shape": (1, 5, 7), "angles": (0.0, 33.0, 100.0), "detectors": 9, "offset": 1.3, "pixel": 0.4}],
    "FanBeamRadon": [{"shape": (1, 5, 7), "angles": (0.0, 133.0), "detectors": 9, "offset": -1.3, "pixel": 0.4}],
    "QuadraticSensing": [{"shape": (1, 5, 5)}, {"shape": (2, 4, 4), "oversampling": 2.0}],
    "GraphIncidence": [{"shape": (2, 2, 4), "graph": PAIRS}],
    "GraphLaplacian": [{"shape": (2, 2, 4), "graph": PAIRS}],
    "Stack": [
        {"first": INNER, "second": LEFT},
        {"first": operators.FourierMask((1, 4, 4)), "second": operators.Identity((1, 4, 4))},
    ],
    "StructuredSensing": [
        {"shape": (2, 4, 8), "transform": "hadamard"},
        {"shape": (2, 8), "transform": "hadamard", "signs": False},
    ],
    "Scaled": [{"operator": INNER, "factor": 0.0}, {"operator": LEFT, "factor": -1.5}],
    "Adjoint": [{"operator": LEFT}, {"operator": operators.Gradient((2, 6, 8))}],
}  # what the generic cases below do not reach


def values(parameter: Parameter) -> Iterator[object]:
    """The words of an argument, both ends of its slider, a list."""
    yield from parameter.choices
    for kind in parameter.kinds:
        if parameter.range and kind in (int, float):
            yield from (kind(parameter.range.low), kind(parameter.range.high))
        elif kind == tuple[float, ...]:
            yield (7.0, 45.0, 100.0)


def variants(cls: type) -> list[Operator]:
    """Every shape that the class takes, then every argument at every one of `values` by itself."""
    given = parameters(cls)
    inner = {p.name: INNER for p in given if any(isinstance(k, type) and issubclass(k, Operator) for k in p.kinds)}
    shaped = any(p.name == "shape" for p in given)
    bases: list[dict] = [inner | {"shape": shape} for shape in SHAPES] if shaped else [inner]
    alone = [{p.name: value} for p in given for value in values(p) if p.name != "shape"]
    made = [made for base in bases if (made := _attempt(cls, base))]
    made += [cls(**arguments) for arguments in MORE.get(cls.__name__, [])]
    assert made, f"{cls.__name__} takes none of {SHAPES}"
    ends = [end for change in alone if (end := _end(made, change))]
    return list({name(operator): operator for operator in (*made, *ends)}.values())


def _end(made: list[Operator], change: dict) -> Operator | None:
    """The first of those made that takes the change; another one where its data are then more than a matrix holds."""
    cls, given = type(made[0]), [{p.name: getattr(o, p.name) for p in parameters(type(o))} for o in made]
    if _attempt(cls, given[0] | change) is None:
        return None
    ends = [end for arguments in given if (end := _attempt(cls, arguments | change))]
    small = [end for end in ends if math.prod(end.out_shape) <= MOST]
    assert small, f"{cls.__name__} with {change} has more than {MOST} data: give it a smaller case in MORE"
    return small[0]


def _attempt(cls: type, arguments: dict) -> Operator | None:
    try:
        return cls(**arguments)
    except Refusal:
        return None


@functools.cache
def members() -> tuple[Operator, ...]:
    return tuple(v for cls in catalog.members("operator").values() for v in variants(cls))


def name(value: object) -> str:
    return as_code(value).removeprefix("operators.") if isinstance(value, Operator) else str(value)


def random(shape: tuple[int, ...], dtype: torch.dtype, seed: int = 0) -> Tensor:
    return normal_like(torch.empty(shape, dtype=dtype), generator(seed, 0))


def dtypes(operator: Operator, double: bool = True) -> list[torch.dtype]:
    real, cplx = (torch.float64, torch.complex128) if double else (torch.float32, torch.complex64)
    return [real] * (Field.REAL in operator.field) + [cplx] * (Field.COMPLEX in operator.field)


@functools.cache
def matrix(operator: LinearOperator, dtype: torch.dtype | None = None) -> Tensor:
    """A as (prod(out_shape), prod(in_shape)), column by column."""
    size = math.prod(operator.in_shape)
    basis = torch.eye(size, dtype=dtype or dtypes(operator)[0]).reshape(size, *operator.in_shape)
    return operator(basis).flatten(1).T
