"""Priors that know from a first reconstruction where edges are."""

from torch import Tensor

from workbench.parameters import parameters
from workbench.paths import altered
from workbench.priors import Prior
from workbench.priors.maps import FromPicture
from workbench.refusal import Refusal


def informed(prior: Prior, x: Tensor, where: str = "") -> Prior:
    """The prior with maps made of a picture, (B, C, *space), its first item: the weights of WeightedTotalVariation,
    the guide of GraphSmoothness, wherever they stand in it; of one alone, whose path is `where`, "first.weights".

    Edges of the picture cost less from then on: weights are halved at differences of a twentieth of its range, a guide
    parts at the contrast that the prior has. The weight before the map stays: find it anew. Refusal where no such prior
    is there. Candes, Wakin, Boyd 2008, doi 10.1007/s00041-008-9045-x; Gilboa, Osher 2008, doi 10.1137/070698592.
    """
    known = maps_in(prior)
    taken = {path: member for path, member in known.items() if where in ("", path)}
    if not taken:
        came = f"{type(prior).__name__}, which has none" + (f" at prior.{where}" if where else "")
        others = ", ".join(f"prior.{path}" for path in known) or "WeightedTotalVariation or GraphSmoothness"
        raise Refusal("a prior with a map that is made of a picture", came, f"take {others}")
    return altered(prior, {path: member.rows_from(x) for path, member in taken.items()}, ())


def without_maps(prior: Prior) -> Prior:
    """The prior with none of its maps: the same everywhere."""
    return altered(prior, dict.fromkeys(maps_in(prior), ()), ())


def maps_in(prior: Prior, before: str = "") -> dict[str, FromPicture]:
    """The priors that take a map, by the path of what takes it."""
    found: dict[str, FromPicture] = {}
    if isinstance(prior, FromPicture):
        found[f"{before}{prior.map_argument}"] = prior
    for p in parameters(type(prior)):
        value = getattr(prior, p.name, None)
        if isinstance(value, Prior):
            found |= maps_in(value, f"{before}{p.name}.")
    return found
