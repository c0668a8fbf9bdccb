"""No two consumers of random numbers, at equal or neighbouring seeds, draw the same numbers: over the catalogue."""

import ast
import functools
import itertools
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

import workbench
from tests.laws.test_algorithms import MEMBERS, NOISES, disc
from workbench import catalog, networks, operators, priors, recipes, tensors
from workbench.algorithms import DPS, MALA, Algorithm, GradientDescent, UnadjustedLangevin
from workbench.analysis.certificates import fixed_point
from workbench.analysis.chains import Sampling, sampled
from workbench.analysis.information import Bins, immse
from workbench.analysis.information.channel import GaussianChannel
from workbench.analysis.information.sampled import PlaneSampling as Signals
from workbench.analysis.information.sampled import sampled_plane
from workbench.analysis.spectrum import Search, bottom, diagonal, lanczos, last, sketched_trace, slq, top, trace
from workbench.analysis.spectrum.estimators import freedom
from workbench.denoisers import DnCNN
from workbench.jobs import carried
from workbench.networks.curvature.base import suggested_rate, traces
from workbench.networks.curvature.broadening import broadening
from workbench.networks.curvature.landscape import landscape
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.parameters import changed, parameters
from workbench.priors.gaussian.gaussian_mixture import _patterns
from workbench.problem import Problem
from workbench.ranges import SeedRange
from workbench.run import iterate
from workbench.tensors import stream

SEEDS = (0, 1, 2, 10_000, 10_001, 2**31 - 1, 2**31)
SHAPE = (1, 8, 8)
COUNT = 512  # numbers that stand for a draw
ALIKE = 6.5 / COUNT**0.5  # a correlation that chance gives to one of 10^10 pairs
DRAWS = ("rand", "randn", "randint", "randperm", "multinomial", "poisson", "bernoulli", "normal", "binomial")
PLACES = [*((torch, name) for name in DRAWS), (torch.nn.init, "trunc_normal_")]
# What draws the same numbers whatever the seed, as file and function.
FIXED = {
    ("linalg", "_start"), ("run", "_refuse_flat"), ("loop", "_off_saddle"), ("phase", "first_guess"),
    ("cubic", "_space"), ("problem", "seen"),
    ("singular", "_tight"), ("crank_nicolson", "measure"), ("base", "signs"), ("base", "normals"),
    ("certificates", "fixed_point"), ("distances", "target"), ("distances", "distance"),
    ("base", "suggested_rate"), ("problem", "seen"),
}  # fmt: skip
# One thing in two classes: the second says in its docstring that it has what the first draws.
SHARED = {"MultiCoilFourier": "FourierMask", "GraphLaplacian": "GraphIncidence", "LeastGCV": "LeastSURE"}
PACKAGE = Path(workbench.__file__).parent


class Recorder:
    """Who has drawn, and the numbers that follow in the generator where each draw began."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.labels: list[object] = []
        self.numbers: list[Tensor] = []
        self.consumer: object = None
        self._rand = torch.rand
        for module, name in PLACES:
            monkeypatch.setattr(module, name, self._watched(getattr(module, name)))

    def _watched(self, draw: Callable) -> Callable:
        @functools.wraps(draw)
        def drawn(*args: object, generator: torch.Generator | None = None, **kwargs: object) -> Tensor:
            if self.consumer is not None:
                assert generator is not None, f"{self.consumer} draws from the global generator"
                self._note(generator)
            return draw(*args, generator=generator, **kwargs)

        return drawn

    def _note(self, generator: torch.Generator) -> None:
        frames = {(Path(f.filename).stem, f.name) for f in traceback.extract_stack()}
        fixed = next(iter(frames & FIXED), None)
        self.labels.append(fixed or self.consumer)
        ahead = torch.Generator().set_state(generator.get_state())
        self.numbers.append(self._rand(COUNT, generator=ahead, dtype=torch.float64))

    def watch(self, consumer: object, act: Callable[[], object], each: bool = False) -> int:
        """Do it, and note what it draws, `each` draw as a consumer of its own; the number of draws."""
        before, self.consumer = len(self.labels), consumer
        try:
            act()
        finally:
            self.consumer = None
        if each:
            self.labels[before:] = [(n, k) if n == consumer else n for k, n in enumerate(self.labels[before:])]
        return len(self.labels) - before

    def worst(self) -> tuple[float, object, object]:
        """The largest correlation of draws of different consumers, and which they are."""
        x = torch.stack(self.numbers) - 0.5
        x = x / x.norm(dim=1, keepdim=True)
        names = {label: place for place, label in enumerate(dict.fromkeys(self.labels))}
        who = torch.tensor([names[label] for label in self.labels])
        alike = torch.where(who[:, None] == who[None], 0.0, (x @ x.T).abs())
        one, other = divmod(int(alike.argmax()), len(x))
        return float(alike.max()), self.labels[one], self.labels[other]


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    return Recorder(monkeypatch)


def seeded(cls: type) -> list[str]:
    return [p.name for p in parameters(cls) if isinstance(p.range, SeedRange)]


def seeded_members() -> Iterator[tuple[str, type, str]]:
    """Every member of the catalogue with a seed, and the seed's name."""
    for kind in (*catalog.KINDS, *catalog.BESIDES):
        for cls in catalog.members(kind).values():
            yield from ((kind, cls, name) for name in seeded(cls))


@functools.cache
def pairs() -> tuple[Tensor, Tensor]:
    u = torch.Generator().manual_seed(1)
    x = torch.randn(80, 6, generator=u, dtype=torch.float64)
    return x, x + torch.randn(80, 6, generator=u, dtype=torch.float64)


def used(kind: str, cls: type, name: str, seed: int) -> Callable[[], object]:
    """What makes a member draw what its seed names."""
    values = {name: seed}
    if kind == "operator":
        return lambda: [cls(**values | chosen) for chosen in choices(cls)]
    if kind == "parametrisation":
        made = cls(**values)
        return lambda: cls(**values).starts(torch.zeros(1, *made.out_shape))
    if kind == "prior":
        _patterns.cache_clear()
        like = torch.zeros(1, 1, 5, 3, dtype=torch.float64)
        return lambda: cls(**values).grad(like)
    if kind == "ensemble":
        return lambda: cls(**values, words=4).draw(8, SHAPE, stream(seed, "the words chosen"))
    if kind == "filter":
        channel = GaussianChannel(torch.arange(1.0, 5.0).double()[:, None], torch.ones(4, 1, 1).double(), 0.1)
        return lambda: list(cls(**values).matrices(channel, 2))
    if kind == "quantifier":
        return lambda: list(cls(**values | {"held_out": 19}).pictures(POSED, GradientDescent(), 3))
    if kind == "stop":
        return lambda: cls(**values).begin(POSED, GradientDescent())(next(iterate(POSED, GradientDescent())))
    assert kind == "estimator"
    small = {"steps": 2, "batch": 16, "slices": 3, "dimensions": 2} | values
    return lambda: cls(**{p.name: small[p.name] for p in parameters(cls) if p.name in small})(*pairs())


def choices(cls: type) -> list[dict[str, object]]:
    """Every word of every argument by itself: a pattern may draw another way."""
    words = [{p.name: word} for p in parameters(cls) for word in p.choices]
    shape = (3, 8, 8) if cls is operators.Colour else SHAPE
    return [{"shape": shape} | word for word in (words or [{}])]


POSED = Problem.simulate(Identity(SHAPE), Gaussian(0.1), priors.GaussianProcess(), disc(8))
SAMPLERS = [a for a in MEMBERS if a.random and not a.unmet(POSED)]
TRAINING = networks.Training(
    networks.MLP((4,), disturbance=networks.Disturbance(0.1, 0.1, 0.1)),
    networks.TwelveBit(),
    optimiser=networks.SGD(batch=2048),
    seeds=3,
)
RECIPE = recipes.Recipe(DnCNN(1, 4, 2), recipes.DenoisingTask(recipes.Laplacian(8)), recipes.Fit(10, batch=2))


def everything(recorder: Recorder, seed: int) -> None:
    """Every consumer of random numbers that there is, with one seed."""
    watch = recorder.watch
    for kind, cls, name in seeded_members():
        drawn = watch((SHARED.get(cls.__name__, cls.__name__), seed), used(kind, cls, name, seed))
        assert drawn, f"{cls.__name__}.{name} draws nothing"
    for law in NOISES:
        watch(("data", seed), lambda law=law: Problem.simulate(Identity(SHAPE), law, priors.Zero(), disc(8), seed))
    for algorithm in SAMPLERS:
        steps(recorder, POSED, algorithm, seed)
    ula = (POSED, UnadjustedLangevin())
    state = next(iterate(*ula, seed=seed))
    for k in (0, 7):
        watch(("restart", k, seed), lambda k=k: carried(replace(state, k=k), ula, (POSED, DPS()), seed))
    first = next(iterate(POSED, MALA(), seed=seed))
    assert watch(("certificate", seed), lambda: fixed_point(POSED, MALA(), first))
    for cls in catalog.members("ensemble").values():
        if not seeded(cls):
            watch(("signals", seed), lambda cls=cls: cls().sample(1000, SHAPE, seed))
    for name, cls in catalog.members("task").items():
        watch((name, seed), lambda cls=cls: cls().sample(9, seed))
    many = Sampling(chains=3, warmup=0, draws=9, seed=seed)
    watch(("chains", seed), lambda: list(sampled(POSED, DPS(levels=2), many)), each=True)
    spectra(recorder, seed)
    learning(recorder, seed)
    through = Signals(estimator=Bins(), count=20, steps=2, every=2, seed=seed)
    watch(("plane", seed), lambda: list(sampled_plane(POSED, MALA(), through)))
    signals = torch.zeros(2, 9, dtype=torch.float64)
    watch(("noise to remove", seed), lambda: immse.errors(lambda x, s: x, signals, torch.tensor([0.1, 0.2]), seed))


def steps(recorder: Recorder, posed: Problem, algorithm: Algorithm, seed: int) -> None:
    """Runs of one seed draw alike, whatever runs: what they reach is compared with nothing else different."""
    states = iterate(posed, algorithm, posed.start(), seed)
    for k in range(3):
        recorder.watch(("run", k, seed), lambda: next(states))


def spectra(recorder: Recorder, seed: int) -> None:
    gram = operators.GaussianBlur((1, 6, 6)).gram
    more = gram + Identity((1, 6, 6))
    for name, act in {
        "trace": lambda: last(trace(gram, 4, seed)),
        "sketch": lambda: last(sketched_trace(gram, 6, seed)),
        "diagonal": lambda: last(diagonal(gram, 4, seed)),
        "freedom": lambda: last(freedom(gram, more, 2, seed)),
        "measure": lambda: slq(gram, 5, 2, seed),
        "lanczos": lambda: lanczos(gram, 5, seed=seed),
        "top": lambda: top(gram, 2, Search(seed=seed)),
        "bottom": lambda: bottom(gram, 2, Search(seed=seed)),
    }.items():
        assert recorder.watch((name, seed), act)


def learning(recorder: Recorder, seed: int) -> None:
    posed = changed(TRAINING, seed=seed).problem()
    assert recorder.watch(("weights", seed), posed.start, each=True)
    run = iterate(posed, TRAINING.optimiser, posed.start(), seed)
    first = next(run)
    assert recorder.watch(("training", seed), lambda: list(itertools.islice(run, 2)), each=True)
    assert recorder.watch(("rate", seed), lambda: suggested_rate(posed, first.x, 9))
    one, x = networks.one_of(posed, posed.start())
    assert recorder.watch(("landscape", seed), lambda: landscape(one, x, 3, 2, seed))
    hessian = networks.hessian(one, x)
    assert recorder.watch(("trace of weights", seed), lambda: traces(hessian, x, 2, seed))
    assert recorder.watch(("batches", seed), lambda: broadening(one, x, (4, 8), 2, seed))
    training = changed(RECIPE, seed=seed).problem()
    assert recorder.watch(("recipe", seed), training.start, each=True)
    steps(recorder, training, RECIPE.fit, seed)


@pytest.mark.slow
def test_no_two_consumers_share_a_number_at_equal_or_neighbouring_seeds(recorder):
    for seed in SEEDS:
        everything(recorder, seed)
    alike, one, other = recorder.worst()
    assert alike < ALIKE, f"{one} and {other} draw alike: {alike:.2f}"


@functools.cache
def every_call() -> list[tuple[Path, ast.Call]]:
    files = [(path.relative_to(PACKAGE), ast.parse(path.read_text("utf-8"))) for path in PACKAGE.rglob("*.py")]
    return [(path, node) for path, tree in files for node in ast.walk(tree) if isinstance(node, ast.Call)]


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    """Every call of a function of that name, or of a method, in the package."""
    return [(p, c) for p, c in every_call() if name in (getattr(c.func, "id", ""), getattr(c.func, "attr", ""))]


def imported_from_torch(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {a.asname or a.name for n in nodes if isinstance(n, ast.ImportFrom) and n.module == "torch" for a in n.names}


def test_every_generator_of_the_package_is_a_stream():
    assert {path.name for name in ("manual_seed", "generator") for path, _ in calls(name)} == {"tensors.py"}
    torch_names = {name for path in PACKAGE.rglob("*.py") for name in imported_from_torch(path)}
    assert "Generator" not in torch_names  # so that the bare name is the parametrisation's
    for path, call in calls("Generator"):  # `adapt` gives one to an `init` that draws nothing
        if ast.unparse(call.func) == "Generator":
            continue
        assert path.name == "tensors.py" or (path.parts[0] == "algorithms" and not call.args), path


ASKING = ("stream", "first_stream", "child_seed", "rademacher", "signs", "normals", "train", "random_starts", "traces")


def test_a_purpose_is_asked_for_in_one_place():
    asked = [
        (ast.unparse(word), f"{path}:{call.lineno}")
        for name in (
            "stream",
            "first_stream",
            "child_seed",
            "rademacher",
            "signs",
            "normals",
            "train",
            "random_starts",
            "traces",
        )
        for path, call in calls(name)
        for word in (*call.args, *(k.value for k in call.keywords))
        if isinstance(word, ast.JoinedStr) or (isinstance(word, ast.Constant) and isinstance(word.value, str))
    ]
    places: dict[str, list[str]] = {}
    for word, place in asked:
        places.setdefault(word, []).append(place)
    assert len(places) > 50
    assert not [path for path, call in calls("stream") if call.args and ast.unparse(call.args[0]).startswith("-")]
    assert not {word: found for word, found in places.items() if len(found) > 1}


def blind(seed: int, purpose: str, number: int) -> bytes:
    return f"{seed} {number}".encode()


def added(seed: int, purpose: str, number: int) -> int:
    return seed + number


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault"), [("_key", blind), ("_hashed", added)], ids=["purpose", "children"])
def test_the_law_sees_streams_without_a_purpose_and_neighbours_for_children(recorder, monkeypatch, name, fault):
    monkeypatch.setattr(tensors, name, fault)
    for seed in SEEDS[:2]:
        everything(recorder, seed)
    assert recorder.worst()[0] > 0.99
