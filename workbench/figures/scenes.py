"""What a method makes of the data of a few small experiments: the first that it can run on."""

from dataclasses import dataclass
from itertools import islice

from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.data import Shipped
from workbench.noise import Gaussian, Noise
from workbench.operators import (
    Field,
    GaussianBlur,
    Identity,
    MultiCoilFourier,
    NonCartesianFourier,
    Operator,
    Radon,
)
from workbench.parametrisations import (
    CompoundGaussian,
    Dictionary,
    Direct,
    LowRank,
    NonNegativeFactors,
    Parametrisation,
    SensorGains,
)
from workbench.priors import (
    L1,
    Can,
    GaussianProcess,
    L2Ball,
    NonNegative,
    OnUnknown,
    Prior,
    RestorationPrior,
    Sum,
    Zero,
)
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import complex_of, stream

_NOISE, _STEPS, _SEED = Gaussian(0.02), 30, 0


@dataclass(frozen=True)
class Scene:
    """A shipped signal, the operator through which it is seen, a prior, and what stands behind the picture."""

    signal: Shipped
    operator: Operator
    prior: Prior
    parametrisation: Parametrisation

    def problem(self) -> Problem:
        """With data of little noise; a prior that was trained for one degradation has that."""
        x = self.signal.tensor()
        shape = tuple(x.shape[1:])
        trained = Can.RESTORE in self.prior.can
        operator = self.prior.degradation(shape) if trained else self.operator.fitted(shape)
        clean = operator(x if Field.REAL in operator.field else x.to(complex_of(x.dtype)))
        return Problem(
            operator, _NOISE, self.prior, drawn(_NOISE, clean), parametrisation=self.parametrisation.fitted(shape)
        )


_PHANTOM, _PHOTOGRAPH = Shipped("shepp_logan", 64), Shipped("camera", 32)
_ATOMS = Sum(OnUnknown(L1(20.0), "code"), OnUnknown(L2Ball(0.25, 3), "atoms"))
SCENES = (
    Scene(_PHOTOGRAPH, GaussianBlur(width=1.5), Zero(), Direct()),
    Scene(_PHOTOGRAPH, Identity(), RestorationPrior(), Direct()),
    Scene(_PHANTOM, Radon(), Zero(), Direct()),
    Scene(_PHANTOM, MultiCoilFourier(), Zero(), Direct()),
    Scene(_PHANTOM, NonCartesianFourier(), Zero(), Direct()),
    Scene(_PHOTOGRAPH, GaussianBlur(width=1.5), GaussianProcess(), Direct()),
    Scene(_PHANTOM, Identity(), Zero(), LowRank()),
    Scene(_PHOTOGRAPH, Identity(), OnUnknown(NonNegative()), LowRank()),
    Scene(_PHOTOGRAPH, Identity(), _ATOMS, Dictionary(atoms=16, patch=4)),
    Scene(_PHOTOGRAPH, Identity(), Zero(), CompoundGaussian()),
    Scene(_PHOTOGRAPH, Identity(), Zero(), NonNegativeFactors()),
    Scene(_PHOTOGRAPH, Identity(), Zero(), SensorGains()),
    Scene(_PHOTOGRAPH, Identity(), Zero(), Direct()),
)


def drawn(noise: Noise, clean: Tensor) -> Tensor:
    """Data with the noise of every preview."""
    return noise.sample(clean, stream(_SEED, "preview"))


def reconstructed(algorithm: Algorithm) -> tuple[Tensor, Tensor]:
    """Data and picture of the first scene that a method can run on; Refusal where there is none."""
    for scene in SCENES:
        problem = scene.problem()
        if not algorithm.unmet(problem):
            *_, last = islice(iterate(problem, algorithm, seed=_SEED), _STEPS)
            return problem.y, problem.picture(last.x)
    raise Refusal("a method for one of the small experiments", type(algorithm).__name__, "run it on one of its own")
