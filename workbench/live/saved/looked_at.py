"""What was looked at beside a run, spectra, planes and chains, as variables of its file."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.analysis.chains import ChainSamples
from workbench.analysis.information.paths import Track
from workbench.analysis.spectrum import SpectrumEstimate

if TYPE_CHECKING:
    import xarray as xr

Columns = Mapping[str, tuple[tuple[str, ...], Any, Mapping[str, Any]]]  # by name: dimensions, values, attributes


def spectrum_columns(found: SpectrumEstimate, k: int) -> Columns:
    """Nodes and masses of every measure of the Hessian at iteration k, and the eigenvalues that were searched for."""
    told: dict[str, Any] = {}
    for name, measure in found.measures:
        word = f"spectrum_{name.replace(' ', '_')}"
        about = {"long_name": f"nodes of the spectrum of the Hessian, {name}", "iteration": k, "count": measure.size}
        told[f"{word}_nodes"] = ((word,), measure.nodes.cpu().numpy(), about)
        told[f"{word}_masses"] = ((word,), measure.weights.cpu().numpy(), {"long_name": "share of the eigenvalues"})
    if found.values is not None and found.residuals is not None:
        of = "data term" if found.of_data else "objective"
        about = {"long_name": f"largest eigenvalues of the Hessian, {of}", "iteration": k}
        told["eigenvalues"] = (("mode",), found.values.cpu().numpy(), about)
        told["eigenvalue_residuals"] = (("mode",), found.residuals.cpu().numpy(), {"long_name": "residual norms"})
    return told


def plane_columns(tracks: Iterable[tuple[str, Track]]) -> Columns:
    """Paths in the information plane, by the kind of reading and the name of each: information in bits over k."""
    told: dict[str, Any] = {}
    for kind, track in tracks:
        word = f"plane_{kind}_{track.name}"
        told[f"{word}_k"] = ((word,), np.asarray(track.k), {"long_name": "iteration"})
        told[f"{word}_i_y"] = ((word,), np.asarray(track.i_y), {"long_name": "I(y; T)", "units": "bits"})
        told[f"{word}_i_x"] = ((word,), np.asarray(track.i_x), {"long_name": "I(x; T)", "units": "bits"})
        told[f"{word}_error"] = ((word,), np.asarray(track.error), {"long_name": "mean square error"})
    return told


def chain_columns(found: ChainSamples, algorithm: str, dims: tuple[str, ...]) -> Columns:
    """Mean, standard deviation and intervals of the draws of all chains, in the axes of a signal, and the diagnosis."""
    if found.moments is None:
        return {}
    look = found.looks[-1] if found.looks else None
    about: dict[str, Any] = {"long_name": "posterior mean", "algorithm": algorithm, "draws_of_a_chain": found.draws}
    if look is not None:
        about |= {"rhat": look.rhat, "least_effective_draws": look.least}
    told: dict[str, Any] = {
        "posterior_mean": (dims, found.moments.mean.cpu().numpy(), about),
        "posterior_deviation": (
            dims, found.moments.variance.sqrt().cpu().numpy(), {"long_name": "posterior standard deviation"}
        ),
    }  # fmt: skip
    for interval in found.intervals:
        share = f"{round(100 * interval.share)}"
        for end, values in (("low", interval.low), ("high", interval.high)):
            words = {"long_name": f"{end} end of the interval that holds {share} % of the draws"}
            told[f"posterior_{end}_{share}"] = (dims, values.cpu().numpy(), words)
    return told


def with_looks(dataset: "xr.Dataset", looks: Iterable[Columns]) -> "xr.Dataset":
    """The run with what was looked at beside it."""
    return dataset.assign({name: column for columns in looks for name, column in columns.items()})
