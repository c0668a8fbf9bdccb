"""What a lesson sets in the tabs of the page besides the experiment, as the tabs themselves take it: by path."""

from collections.abc import Mapping
from typing import Any

from workbench import catalog
from workbench.analysis.chains import Sampling
from workbench.analysis.information import Bins, Estimator, LayerEstimator
from workbench.analysis.spectrum import SpectrumStudy
from workbench.lessons.training_form import preset_training, training_form
from workbench.live.planes import PlaneChoices
from workbench.networks import Training, reader
from workbench.paths import Form, below, built
from workbench.refusal import Refusal, listed, one_of

PRESET, ESTIMATOR = "preset", "estimator"  # of a training: where it begins, and what reads its layers
NAMES = ("Pictures", "Compare", "Choose", "Spectrum", "Information", "Uncertainty", "Unknown", "Network", "Steps",
         "Python")  # fmt: skip

LOOKS: Mapping[str, tuple[str, ...]] = {  # what the menu of a tab offers; the others have none
    "Spectrum": (
        "density",
        "cumulative",
        "predicted convergence",
        "modes",
        "step and momentum",
        "along the run",
        "preconditioner",
        "denoiser's basis",
        "worst perturbation",
    ),
    "Information": ("closed form", "sampled", "denoiser, I-MMSE"),
    "Unknown": ("blocks", "many starts", "flat directions"),
    "Network": (
        "information plane",
        "loss and accuracy",
        "sharpness",
        "Hessian density",
        "batches",
        "calibration",
        "score",
        "learned prior",
        "recipe",
    ),
}


def spectrum_study(settings: Mapping[str, Any]) -> SpectrumStudy:
    """How the spectrum tab looks."""
    return _set(Form(SpectrumStudy()), settings).root


def plane_choices(settings: Mapping[str, Any]) -> PlaneChoices:
    """What is chosen on the information tab."""
    return _set(Form(PlaneChoices()), settings).root


def chain_sampling(settings: Mapping[str, Any]) -> Sampling:
    """How long the chains of the uncertainty tab are."""
    return _set(Form(Sampling()), settings).root


def training_of(settings: Mapping[str, Any]) -> Training:
    """What the network tab trains."""
    if PRESET not in settings:
        raise Refusal("a preset of the network tab", "none", f"say {PRESET}: and its name")
    inner = {p: v for p, v in settings.items() if p.partition(".")[0] not in (PRESET, ESTIMATOR)}
    return _set(training_form(preset_training(str(settings[PRESET]))), inner).root


def estimator_of(settings: Mapping[str, Any]) -> Estimator:
    """What reads the layers on the network tab: that of the preset where nothing is said."""
    words = below(settings, ESTIMATOR)
    if not words:
        return reader(str(settings[PRESET]))
    known = {n: c for n, c in catalog.members("estimator").items() if issubclass(c, LayerEstimator)}
    name = words.pop("", Bins.__name__)
    return built(known[one_of("an estimator of layers", str(name), known)], words, ())


def tab_fault(tab: str, show: str, settings: Mapping[str, Any]) -> str:
    """Why a tab cannot be set so, as a sentence; empty where it can."""
    makers = {
        "Spectrum": spectrum_study,
        "Information": plane_choices,
        "Uncertainty": chain_sampling,
        "Network": lambda said: (training_of(said), estimator_of(said)),
    }
    try:
        one_of("a tab of the page", tab, NAMES)
        if show and tab not in LOOKS:
            raise Refusal(
                "a tab with a menu of what it shows", tab, f"leave show out, or turn to {listed(list(LOOKS))}"
            )
        if show:
            one_of(f"something that the tab {tab} shows", show, LOOKS[tab])
        if settings and tab not in makers:
            raise Refusal("a tab with settings of its own", tab, f"they are {', '.join(makers)}")
        if tab in makers and (settings or tab == "Network"):
            makers[tab](settings)
    except Refusal as sentence:
        return str(sentence)
    return ""


def _set(form: Form, settings: Mapping[str, Any]) -> Form:
    for path, value in settings.items():
        form = form.taking(path, value)
    return form
