"""What can be set of a training on the page: its presets with few seeds, and a form with the menus of networks."""

from workbench import networks
from workbench.networks import PRESETS, Training
from workbench.parameters import changed
from workbench.paths import Form, Menu
from workbench.priors import Tikhonov, Zero
from workbench.recipes import Recipe
from workbench.refusal import one_of

SEEDS = 3  # what runs at once
KINDS: dict[str, Menu] = {
    "network": networks.members(networks.Network),
    "network.activation": networks.members(networks.Activation),
    "examples": networks.members(networks.Examples),
    "loss": networks.members(networks.Loss),
    "prior": {"none": Zero, "L2": Tikhonov},
    "optimiser": networks.members(networks.Optimiser),
}


def preset_training(name: str) -> Training:
    """A training from the literature with few seeds, so that it moves."""
    preset = PRESETS[one_of("a training from the literature", name, PRESETS)]
    return changed(preset, seeds=min(SEEDS, preset.seeds))


def training_form(training: Training | Recipe) -> Form:
    """All that can be set, by path; nothing of a recipe can be exchanged, as its parts are made for each other."""
    return Form(training, menus=KINDS if isinstance(training, Training) else {})
