"""HoloViews elements of what the workbench finds, for cells, pages and papers; `*` lays one over another, `+` beside.

Names, units and labels are those of the results. An extra: `pip install "inverse-workbench[app]"`.
"""

from workbench.refusal import Refusal

try:
    import holoviews as _holoviews  # noqa: F401
except ModuleNotFoundError as error:
    remedy = 'pip install "inverse-workbench[app]"'
    raise Refusal("the package holoviews for plots", "an installation without it", remedy) from error

from workbench.plots.comparisons import comparison
from workbench.plots.galleries import gallery, lines
from workbench.plots.iterates import history, iterates, live
from workbench.plots.learned import learned_prior, score
from workbench.plots.learning import learning
from workbench.plots.parallel import parallel
from workbench.plots.planes import plane
from workbench.plots.posteriors import posterior
from workbench.plots.runs import curves, pictures
from workbench.plots.spectra import brushed, modes, spectrum
from workbench.plots.stages import steps
from workbench.plots.style import save, use
from workbench.plots.sweeps import sweep
from workbench.plots.volumes import volume
from workbench.plots.weights import lcurve, weights

__all__ = [
    "brushed",
    "comparison",
    "curves",
    "gallery",
    "history",
    "iterates",
    "lcurve",
    "learned_prior",
    "learning",
    "lines",
    "live",
    "modes",
    "parallel",
    "pictures",
    "plane",
    "posterior",
    "save",
    "score",
    "spectrum",
    "steps",
    "sweep",
    "use",
    "volume",
    "weights",
]
