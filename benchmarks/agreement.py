"""Correctness in three tables: adjoints, three algorithms beside CVXPY, a resumed run beside the straight one.

`python -m benchmarks.agreement`; the references are those of tests/reference.py, the small operators those of the laws.
"""

import pickle
from collections import defaultdict
from dataclasses import fields
from typing import Any

import torch
from torch import Tensor

from benchmarks.common import arguments, publish, table
from tests import reference
from tests.laws.small import variants
from workbench import catalog
from workbench.algorithms import Algorithm, State
from workbench.noise import Gaussian
from workbench.operators import Field, GaussianBlur, Operator
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.run import after, iterate, resume, until
from workbench.tensors import dot, generator, norm, normal_like

DTYPES = (torch.float32, torch.float64, torch.complex64, torch.complex128)
LARGE, SMALL = (1, 256, 256), (1, 16, 16)
STOP, END = 8, 20


def adjoint_error(operator: Operator, dtype: torch.dtype, device: str = "cpu") -> float:
    """|<A v, y> - <v, A* y>| / (|A v| |y|), the worst of a batch of two; of a nonlinear A its Jacobian's."""
    empty = torch.empty((2, *operator.in_shape), dtype=dtype, device=device)
    x, v = (normal_like(empty, generator(seed, 0, device)) for seed in (0, 1))
    A = operator.at(x)
    clean = A(v)
    y = normal_like(clean, generator(2, 0, device))
    scale = (norm(clean) * norm(y)).clamp_min(torch.finfo(dtype).tiny)
    return float(((dot(clean, y) - dot(v, A.adjoint(y))).abs() / scale).max())


def adjoints() -> tuple[dict[str, Any], str]:
    """Per operator and dtype the worst of the laws' small variants and of the default at 256 x 256."""
    found: dict[str, dict[str, float]] = {}
    counts = {}
    for name, cls in catalog.members("operator").items():
        members = [*variants(cls), *_large(cls)]
        counts[name], errors = len(members), defaultdict(float)
        for operator in members:
            for dtype in DTYPES:
                if (Field.COMPLEX if dtype.is_complex else Field.REAL) in operator.field:
                    kind = str(dtype).removeprefix("torch.")
                    errors[kind] = max(errors[kind], adjoint_error(operator, dtype))
        found[name] = dict(errors)
    kinds = [str(dtype).removeprefix("torch.") for dtype in DTYPES]
    rows = [(n, counts[n], *(f"{e[k]:.1e}" if k in e else "" for k in kinds)) for n, e in found.items()]
    return {"errors": found, "variants": counts}, table(("operator", "variants", *kinds), rows)


def _large(cls: type) -> list[Operator]:
    try:
        return [cls(LARGE)]
    except (TypeError, ValueError):  # it takes another operator, or other shapes
        return []


def optima() -> tuple[dict[str, Any], str]:
    """The objective of each algorithm's last iterate beside CVXPY's least."""
    found, rows = {}, []
    for name in reference.NAMES:
        known = reference.reference(name)
        for solver, steps in reference.STEPS[name].items():
            x = reference.solve(name, solver)
            excess = float(known.problem.objective(x)) / known.objective - 1
            apart = float((x - known.x).abs().max())
            found[f"{name}, {solver}"] = {"steps": steps, "excess": excess, "apart": apart}
            rows.append((name, f"{known.objective:.9g}", solver, steps, f"{excess:+.1e}", f"{apart:.1e}"))
    head = ("problem", "CVXPY's objective", "algorithm", "steps", "objective over it, relative", "max pixel apart")
    return found, table(head, rows)


def resumed(problem: Problem, algorithm: Algorithm) -> bool:
    """Whether a run taken up from a pickled state ends in the same bits as the straight one."""
    states = {s.k: s for s in until(iterate(problem, algorithm, seed=3), after(END))}
    last = max(states)
    middle = pickle.loads(pickle.dumps(states[min(STOP, last)]))
    *_, again = middle, *until(resume(problem, algorithm, middle, seed=3), after(END))
    return same(states[last], again)


def same(a: State, b: State) -> bool:
    """Whether two states agree in every field, tensors bit for bit."""
    pairs = ((getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return all(torch.equal(u, v) if isinstance(u, Tensor) else u == v for u, v in pairs)


def resumptions() -> tuple[dict[str, Any], str]:
    """Every algorithm with every prior it can take, in both precisions."""
    truth = torch.rand((1, *SMALL), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found, rows = {}, []
    for name, algorithm in catalog.members("algorithm").items():
        done = {
            f"{prior}, {str(dtype).removeprefix('torch.')}": resumed(problem, algorithm())
            for prior, cls in catalog.members("prior").items()
            for dtype in (torch.float32, torch.float64)
            if (problem := _problem(cls, truth.to(dtype))) and not algorithm().lacks(problem)
        }
        found[name] = done
        rows.append(
            (name, f"{sum(done.values())} of {len(done)}", ", ".join(n for n, good in done.items() if not good))
        )
    return found, table(("algorithm", "pairs equal bit for bit", "not equal"), rows)


def _problem(prior: type[Prior], truth: Tensor) -> Problem | None:
    """Deblurring with the prior at its defaults; None where it does not suit real images."""
    fits = not prior().unfit(SMALL, truth.dtype)
    return Problem.simulate(GaussianBlur(SMALL), Gaussian(0.05), prior(), truth) if fits else None


def main() -> None:
    given = arguments(__doc__, repetitions=1)
    del given  # nothing is timed
    parts = {
        "Adjoint: |<Av, y> - <v, A*y>| / (|Av| |y|)": adjoints(),
        f"Resumed at {STOP} of {END} from a pickled state, beside the straight run": resumptions(),
        "Optima beside CVXPY with Clarabel, 32 x 32": optima(),
    }
    texts = [f"## {name}\n\n{text}" for name, (_, text) in parts.items()]
    publish("agreement", {name: numbers for name, (numbers, _) in parts.items()}, *texts)


if __name__ == "__main__":
    main()
