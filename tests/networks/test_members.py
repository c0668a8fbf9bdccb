"""What the laboratory offers: members, trainings as descriptions, presets."""

import json

import pytest
import torch

from tests.networks.small import RANDOM
from workbench import networks, priors
from workbench.networks import (
    MLP,
    PRESETS,
    SGD,
    Activation,
    Examples,
    Loss,
    Network,
    Optimiser,
    SquaredLoss,
    Training,
    TwelveBit,
    classic,
    edge_of_stability,
    members,
)
from workbench.parameters import as_code, changed, describe, parameters, rebuild
from workbench.run import after, iterate, until

KINDS = (Activation, Examples, Loss, Network, Optimiser)
MEMBERS = [cls for kind in KINDS for cls in members(kind).values()]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda cls: cls.__name__)
def test_every_member_needs_no_argument_and_says_what_its_parameters_are(member):
    made = member()
    assert describe(rebuild(json.loads(json.dumps(describe(made))))) == describe(made)
    assert rebuild(describe(made)) == made
    assert eval(as_code(made), {"networks": networks}) == made
    for parameter in parameters(member):
        assert parameter.meaning
        assert parameter.range or not {int, float} & set(parameter.kinds), parameter.name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_there_is_a_choice_of_every_kind(kind):
    assert len(members(kind)) >= 2
    assert kind.__name__ not in members(kind)


@pytest.mark.parametrize(
    "training",
    [
        classic(),
        edge_of_stability(0.05, 3),
        Training(
            MLP((4,), disturbance=RANDOM),
            TwelveBit(0.5),
            SquaredLoss(),
            priors.Tikhonov(0.1),
            SGD(None, None),
            4,
            7,
            12,
            True,
        ),
    ],
    ids=["classic", "edge", "all"],
)
def test_trainings_are_rebuilt_from_their_descriptions(training):
    again = rebuild(json.loads(json.dumps(describe(training))))
    assert describe(again) == describe(training)
    assert torch.equal(again.problem().start(), training.problem().start())
    assert as_code(training).startswith("networks.Training(")


@pytest.mark.parametrize("name", [n for n in PRESETS if "digits" not in n])
def test_presets_learn(name):
    training = changed(PRESETS[name], seeds=2)
    made = training.problem()
    found = list(until(iterate(made, training.optimiser), after(150)))
    assert bool((made.objective(found[-1].x) < made.objective(found[0].x)).all())
