"""What the laboratory offers, read from its `__all__`."""

import inspect
from typing import TypeVar

Kind = TypeVar("Kind")


def members(kind: type[Kind]) -> dict[str, type[Kind]]:
    """The public classes of a kind by their names: Network, Examples, Activation, Loss or Optimiser."""
    from workbench import networks

    public = {name: getattr(networks, name) for name in networks.__all__}
    return {n: c for n, c in public.items() if inspect.isclass(c) and issubclass(c, kind) and not inspect.isabstract(c)}
