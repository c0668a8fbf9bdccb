"""Training: optimisers against torch's, batches of an epoch, the one loop, jobs, and each seed by itself."""

import dataclasses
import functools
import itertools
import time

import pytest
import torch

from tests.networks.small import CASES, RANDOM, Classes, Numbers, case, problem
from tests.patience import PATIENCE
from workbench import algorithms, noise, operators, priors, storage
from workbench.algorithms import PDHG, State
from workbench.data import truth
from workbench.jobs import Job, Runner, Status
from workbench.networks import (
    CNN,
    MFAC,
    MLP,
    SGD,
    Adam,
    ChebyshevRegression,
    CrossEntropy,
    Learning,
    Sharpness,
    SquaredLoss,
    Stability,
    Training,
    TwelveBit,
    at_epochs,
    classic,
    edge_of_stability,
    hessian,
    progress,
    spaced_epochs,
)
from workbench.parameters import changed, describe
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, collect, iterate, observe, resume, run, until

OPTIMISERS = [
    SGD(0.1, 5, 0.8),
    SGD(0.1, None),
    SGD(0.1, 5, shuffle=False),
    Adam(0.01, 5, decay=0.1),
    Adam(0.01, None),
    Adam(0.01, 1),
    MFAC(0.01, 5, window=4),
    MFAC(0.01, None, window=3),
]
optimisers = pytest.mark.parametrize("optimiser", OPTIMISERS, ids=str)


def states(made, optimiser, count, seed=0):
    return list(until(iterate(made, optimiser, seed=seed), after(count)))


def tensors(state):
    return {name: value for name, value in vars(state).items() if isinstance(value, torch.Tensor)}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (SGD(0.1, None), functools.partial(torch.optim.SGD, lr=0.1)),
        (SGD(0.1, None, 0.9), functools.partial(torch.optim.SGD, lr=0.1, momentum=0.9)),
        (Adam(0.01, None, 0.8, 0.99, 1e-6), functools.partial(torch.optim.Adam, lr=0.01, betas=(0.8, 0.99), eps=1e-6)),
        (Adam(0.01, None, decay=0.2), functools.partial(torch.optim.AdamW, lr=0.01, weight_decay=0.2)),
    ],
    ids=["SGD", "momentum", "Adam", "AdamW"],
)
def test_steps_are_those_of_torch(ours, theirs):
    made = case("tanh, classes")
    x = made.start().clone().requires_grad_()
    other = theirs([x])
    for state in itertools.islice(iterate(made, ours), 30):
        torch.testing.assert_close(state.x, x.detach(), rtol=1e-10, atol=1e-12)
        other.zero_grad()
        made.objective(x).sum().backward()
        other.step()


def test_steps_of_mfac_are_those_of_the_dense_matrix():
    """F of the last three slopes as a matrix, inverted by torch; and a window that is changed on the way."""
    made, optimiser = case("tanh, classes"), MFAC(0.05, None, window=3, damping=0.1)
    run_, slopes = states(made, optimiser, 6), []
    for before, after_ in itertools.pairwise(run_):
        x = before.x.clone().requires_grad_()
        (slope,) = torch.autograd.grad(made.objective(x).sum(), x)
        slopes.append(slope[:, 0])
        for item in range(len(x)):
            last = torch.stack(slopes[-3:])[:, item]
            dense = 0.1 * torch.eye(x.shape[2], dtype=x.dtype) + last.T @ last / len(last)
            wanted = before.x[item, 0] - 0.05 * torch.linalg.solve(dense, last[-1])
            torch.testing.assert_close(after_.x[item, 0], wanted)
    narrow = next(resume(made, changed(optimiser, window=2), run_[-1]))
    wide = next(resume(made, changed(optimiser, window=9), narrow))
    assert narrow.rows.shape[1] == 2 and wide.rows.shape[1] == 9 and bool(wide.x.isfinite().all())


@optimisers
def test_a_resumed_run_is_the_straight_one(optimiser):
    made = problem(MLP((5,), disturbance=RANDOM), Classes(), CrossEntropy())
    straight = states(made, optimiser, 12)
    for place in (0, 1, 5, 8):
        again = list(itertools.islice(resume(made, optimiser, straight[place]), 3))
        for a, b in zip(again, straight[place + 1 :], strict=False):
            assert (a.k, a.epoch, a.place) == (b.k, b.epoch, b.place)
            for name, value in tensors(a).items():
                assert torch.equal(value, tensors(b)[name]), name


@optimisers
def test_a_step_leaves_its_inputs_untouched(optimiser):
    made = case("CNN, classes")
    state = states(made, optimiser, 3)[-1]
    before = {name: value.clone() for name, value in tensors(state).items()}
    first, second = (next(resume(made, optimiser, state)) for _ in range(2))
    assert torch.equal(first.x, second.x)
    assert not torch.equal(first.x, state.x)
    assert all(torch.equal(value, tensors(state)[name]) for name, value in before.items())
    assert not first.x.requires_grad


@optimisers
@pytest.mark.parametrize("network", [MLP((5, 4), disturbance=RANDOM), CNN((2,), biases=0.1)], ids=["MLP", "CNN"])
def test_many_seeds_are_each_alone(optimiser, network):
    examples = Classes((4,)) if isinstance(network, MLP) else Classes((1, 4, 4))
    many = problem(network, examples, CrossEntropy(), seeds=3, seed=5)
    together = states(many, optimiser, 8)[-1]
    for item in range(3):
        one = problem(network, examples, CrossEntropy(), seeds=1, seed=5)
        one.operator.seeds = lambda x, item=item: many.operator.seeds(many.y)[item : item + 1]
        alone = states(one, optimiser, 8)[-1]
        torch.testing.assert_close(alone.x[0], together.x[item], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("batch", [1, 5, 12, 100])
def test_an_epoch_sees_every_example_once(shuffle, batch):
    """Seen in the biases of a linear network with one output, whose slope adds up what the examples say."""
    made = problem(MLP(()), Numbers(outputs=1), SquaredLoss(), seeds=3)
    optimiser = Adam(1e-3, batch, shuffle=shuffle)
    run_ = states(made, optimiser, 3 * -(-12 // batch))
    assert run_[-1].epoch == 3
    assert run_[-1].place == 0
    starts = [s for s in run_ if s.place == 0]
    assert len(starts) == 4
    first = next(s for s in run_ if s.k == 1).order
    if batch < 12:
        assert torch.equal(first.sort(1).values, torch.arange(12).expand(len(first), -1))
        assert len(first) == (3 if shuffle else 1)
    if shuffle and batch < 12:
        orders = [run_[s.k + 1].order for s in starts[:3]]
        assert not torch.equal(orders[0], orders[1])
        assert not torch.equal(orders[0][0], orders[0][1])


def test_a_batch_that_is_changed_in_the_middle_of_an_epoch():
    made = case("tanh, classes")
    state = states(made, Adam(0.01, 5), 1)[-1]
    assert state.place == 5
    later = next(resume(made, Adam(0.01, 4), state))
    assert later.place == 9
    assert torch.equal(later.order, state.order)
    assert next(resume(made, Adam(0.01, 4), later)).epoch == 1
    assert next(resume(made, Adam(0.01, None), state)).epoch == 1


@pytest.mark.parametrize("optimiser", [Adam(), SGD(), SGD(batch=None), SGD(momentum=0.9)], ids=str)
@pytest.mark.parametrize("name", CASES)
def test_defaults_learn(name, optimiser):
    made = case(name)
    found = states(made, optimiser, 60)
    start, end = made.objective(found[0].x), made.objective(found[-1].x)
    assert bool((end < start).all())


def test_probes_read_the_training():
    training = Training(MLP((6,)), TwelveBit(), optimiser=Adam(0.01, 256), seeds=2, double=True)
    made = training.problem()
    sharpness = Sharpness(1e-5)
    found = collect(observe(made, until(iterate(made, training.optimiser), after(30)), progress, sharpness, every=10))
    assert found.sizes == {"k": 4, "batch": 2, "channel": 1, "sample": 12 * 6 + 6 + 6 * 2 + 2}
    assert bool((found.loss[-1] < found.loss[0]).all())
    one, known = made.operator, torch.from_numpy(found.x.values)
    inputs, targets = training.examples.split()[1]
    right = one.held_out(known).argmax(-1) == targets.argmax(-1)
    torch.testing.assert_close(torch.from_numpy(found.held_out_accuracy.values[-1]), right.double().mean(1))
    assert len(inputs) == 4096 - 3276
    exact = torch.linalg.eigvalsh(
        torch.stack([hessian(made, known)(e.expand(2, 1, 92)).flatten(1) for e in torch.eye(92).double()], -1)
    )[:, -1]
    torch.testing.assert_close(torch.from_numpy(found.sharpness.values[-1]), exact, rtol=1e-5, atol=0)


def test_a_warm_start_saves_products():
    made = case("tanh, classes")
    found = states(made, SGD(0.05, None), 2)
    cold, warm = Sharpness(1e-6), Sharpness(1e-6)
    warm(made, found[1])
    few = Sharpness(1e-6, steps=4)
    few._vectors = warm._vectors
    exact = cold(made, found[2])["sharpness"]
    near, far = few(made, found[2])["sharpness"], Sharpness(1e-6, steps=4)(made, found[2])["sharpness"]
    assert bool(((near - exact).abs() < (far - exact).abs()).all())


def test_stability_puts_curvature_beside_the_step():
    made = case("tanh, classes")
    for optimiser in (SGD(0.1, 4, 0.5), SGD(0.1, None), Adam(batch=4)):
        values = Stability(optimiser, probes=50)(made, states(made, optimiser, 1)[-1])
        batch = 12 if optimiser.batch is None else 4
        known = 2 / (values["trace"] / batch + (1 - 1 / batch) * values["sharpness"])
        torch.testing.assert_close(values["critical_step"], known)
        if isinstance(optimiser, SGD):
            assert values["edge"].tolist() == [2 * (1 + optimiser.momentum) / 0.1] * 2
        else:
            assert "edge" not in values


def test_a_network_that_has_diverged_has_no_sharpness_no_stable_step_and_no_accuracy():
    """Of two seeds the first: the other keeps its numbers."""
    made = case("tanh, classes")
    state = states(made, SGD(0.05, None), 1)[-1]
    lost = dataclasses.replace(state, x=torch.cat([torch.full_like(state.x[:1], torch.nan), state.x[1:]]))
    optimiser = SGD(0.05, None)
    found = progress(made, lost) | Stability(optimiser)(made, lost)
    for name in ("loss", "accuracy", "sharpness", "sharpness_residual", "trace", "critical_step"):
        assert found[name].isnan().tolist() == [True, False], name


def test_regression_has_no_accuracy_and_nothing_held_out():
    made = edge_of_stability().problem()
    assert list(progress(made, states(made, SGD(0.05, None), 1)[-1])) == ["loss"]


def test_a_job_trains_and_its_optimiser_can_be_changed():
    made = case("tanh, classes")
    runner = Runner("training")
    job = runner.submit(Job(made, Adam(batch=4), (progress,), steps=40, seed=0))
    try:
        job.play()
        wait(lambda: job.latest.status is Status.DONE)
        assert job.latest.state.k == 40
        assert torch.equal(job.latest.state.x, states(made, Adam(batch=4), 40)[-1].x)
        job.change(made, Adam(0.01, 4), "rate")
        job.change(made, SGD(0.1, 4), "optimiser")
        wait(lambda: job.latest.status is Status.DONE and job.latest.state.k == 80)
        assert [label for _, label in job.latest.marks] == ["rate", "optimiser"]
    finally:
        runner.close()


def wait(reached, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_classic_run_is_that_of_the_paper():
    training = classic()
    made = training.problem()
    assert made.shape == (10, 1, 12 * 10 + 10 * 7 + 7 * 5 + 5 * 4 + 4 * 3 + 3 * 2 + 31)
    assert training.steps == 56_000
    found = states(made, training.optimiser, 7)
    assert [s.place for s in found] == [0, 512, 1024, 1536, 2048, 2560, 3072, 0]
    assert [layer.shape[2] for layer in made.operator.layers(found[0].x)] == [10, 7, 5, 4, 3, 2]


def test_a_saved_run_is_rebuilt(tmp_path):
    training = Training(MLP((3,)), ChebyshevRegression(), SquaredLoss(), priors.Tikhonov(0.01), Adam(0.01, 7), 2)
    made = training.problem()
    first = run(made, training.optimiser, progress, steps=9)
    storage.save(first, tmp_path / "run.nc")
    again, algorithm, numbers = storage.rebuild_run(storage.load(tmp_path / "run.nc"))
    second = run(again, algorithm, progress, **numbers)
    assert (first.loss.values == second.loss.values).all()
    assert (first.x.values == second.x.values).all()


def test_training_refuses_what_is_no_network_and_the_other_way_round():
    signal = truth("camera", 32)
    image = Problem.simulate(operators.Identity((1, 32, 32)), noise.Gaussian(), priors.Zero(), signal)
    with pytest.raises(Refusal, match="examples to draw batches from"):
        next(iterate(image, Adam()))
    with pytest.raises(Refusal, match="weights of a network"):
        progress(image, State(signal))
    with pytest.raises(Refusal, match=r"PDHG needs .*: try "):
        next(iterate(case("tanh, classes"), PDHG()))
    with pytest.raises(Refusal, match="a gradient"):
        next(iterate(problem(MLP(()), Classes(), CrossEntropy(), priors.L1()), SGD()))


@pytest.mark.parametrize("name", ["LBFGS", "GaussNewton", "GaussNewtonCG", "LevenbergMarquardt", "TrustRegionNewton"])
def test_algorithms_of_the_catalogue_train_networks(name):
    made = problem(MLP((8,), biases=0.5), ChebyshevRegression(12, 3), SquaredLoss(), priors.Tikhonov(1e-4))
    found = states(made, getattr(algorithms, name)(), 30)
    assert bool((made.objective(found[-1].x) < 0.2 * made.objective(found[0].x)).all())


def test_gauss_newton_steps_where_dense_linear_algebra_does():
    """Squared loss is white noise whose precision is 1 / N: -(J'J / N + w)^-1 gradient, J by torch.func."""
    made = problem(MLP((4,)), ChebyshevRegression(20, 3), SquaredLoss(), priors.Tikhonov(1e-3))
    first, after = states(made, algorithms.GaussNewton(), 1)
    for seed in range(len(first.x)):
        x = first.x.clone()

        def alone(w, seed=seed, x=x):
            return made.operator(torch.cat([x[:seed], w[None], x[seed + 1 :]]))[seed].flatten()

        J = torch.func.jacrev(alone)(x[seed]).flatten(1)
        slope = (made.misfit_grad(x) + made.prior.grad(x))[seed].flatten()
        known = -torch.linalg.solve(J.T @ J / 20 + 1e-3 * torch.eye(len(slope)).to(J), slope)
        step = (after.x - x)[seed].flatten()
        assert float(torch.nn.functional.cosine_similarity(step, known, 0)) == pytest.approx(1, abs=1e-8)


def test_learning_is_described_by_its_parts():
    operator = Learning(CNN((2,)), Classes((1, 4, 4)), 3)
    assert describe(operator)["seed"] == 3


def test_epochs_are_close_together_at_first():
    assert spaced_epochs(8, 100) == tuple(range(9))
    many = spaced_epochs(8000, 100)
    assert (many[0], many[-1]) == (0, 8000)
    gaps = [b - a for a, b in itertools.pairwise(many)]
    assert all(later >= gap - 1 for gap, later in itertools.pairwise(gaps))  # but for rounding
    assert len(many) == 100
    made = case("tanh, classes")
    found = list(at_epochs(states(made, Adam(batch=5), 12), {0, 2, 3}))
    assert [(s.k, s.epoch) for s in found] == [(0, 0), (6, 2), (9, 3)]


def test_a_seed_that_is_lost_leaves_the_others_their_curvature():
    made = case("tanh, classes")
    state = states(made, SGD(0.05, None), 1)[-1]
    sharpness, broken = Sharpness(1e-8), state.x.clone()
    known = sharpness(made, state)["sharpness"]
    broken[0] = float("nan")
    found = sharpness(made, dataclasses.replace(state, x=broken))["sharpness"]
    assert found[0].isnan()
    torch.testing.assert_close(found[1], known[1], rtol=1e-6, atol=0)
    torch.testing.assert_close(sharpness(made, state)["sharpness"], known, rtol=1e-6, atol=0)
