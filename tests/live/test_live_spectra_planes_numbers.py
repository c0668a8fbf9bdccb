"""What is studied of spectra and planes beside a run, of sessions written out by hand."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from tests.live.by_hand import SHAPE, TRUTH, session
from workbench.algorithms import PreconditionedGradient
from workbench.analysis.spectrum import Eigenpairs
from workbench.jobs import Status
from workbench.live.planes import Planes, shape_of, small
from workbench.live.spectra import Spectra
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity
from workbench.preconditioners import Circulant
from workbench.priors import Tikhonov
from workbench.problem import Problem


def spectra(**given: object) -> Spectra:
    made = Spectra(session(**given))
    made.along = SimpleNamespace(
        begun=False, status=Status.DONE, result=None, started=[], forget=lambda: None, cancel=lambda: None
    )
    made.along.start = lambda: made.along.started.append(made.session.job.latest.state.k)
    return made


def test_the_error_of_an_iterate_is_split_along_the_modes_once_an_iteration():
    made = spectra()
    pairs = Eigenpairs(torch.ones(2), torch.zeros(2), True, 0, torch.eye(16)[:2], torch.eye(2))
    made.hessian.result = SimpleNamespace(pairs=pairs)
    error = (0.5 - TRUTH.flatten()).square()
    assert made._take([]) == 1
    k, parts = made.errors[0]
    assert k == 3 and parts.tolist() == pytest.approx([float(error[0]), float(error[1]), float(error[2:].sum())])
    made._split()
    assert len(made.errors) == 1, "the same iterate"
    made.session.job.latest.state.k = 4
    made._split()
    assert [k for k, _ in made.errors] == [3, 4]
    made.session.job.latest.state.k = 0
    made._split()
    assert [k for k, _ in made.errors] == [0], "the run began anew"
    for lacking in ({"truth": None}, {"truth": torch.zeros(1, 1, 2, 2)}):
        other = spectra()
        other.hessian.result = SimpleNamespace(pairs=pairs)
        other.session.problem = SimpleNamespace(operator=Identity(SHAPE), **lacking)
        other._split()
        assert other.errors == []
    nothing = spectra()
    nothing._split()
    nothing.hessian.result = SimpleNamespace(pairs=None)
    nothing._split()
    assert nothing.errors == []


def test_looks_along_a_run_come_as_often_as_was_asked_and_are_forgotten_where_it_begins_anew():
    made, state = spectra(), None
    state = made.session.job.latest.state
    made._track()
    assert made.along.started == [], "nobody asked"
    made.follow(10)
    made._track()
    assert made.along.started == [3], "the first at once"
    made.along.result = SimpleNamespace(k=3)
    made._take([])
    assert [g.k for g in made.glimpses] == [3]
    for k, started in ((12, [3]), (13, [3, 13])):
        state.k = k
        made._track()
        assert made.along.started == started
    made._take([])
    assert len(made.glimpses) == 1, "the same look"
    made.along.begun, made.along.status = True, Status.RUNNING
    state.k = 99
    made._track()
    assert made.along.started[-1] == 13, "one look at a time"
    made.along.status = Status.DONE
    state.k = 2
    made._track()
    assert made.glimpses == [] and made.along.started[-1] == 2
    made.along.result = SimpleNamespace(k=2)
    made._take([])
    made.session.problem = replace(made.session.problem, prior=Tikhonov(5.0))
    made.along.result = None
    made._take([made.hessian])
    assert made.glimpses == [] and made.every == 10, "another problem has another spectrum"


def test_a_study_of_the_spectrum_says_its_cost_and_where_it_looks():
    made = spectra()
    cost = made._cost()
    assert made.cost() == f"at most {cost.products} Hessian products and {cost.bytes / 2**20:.0f} MiB"
    assert made.small and cost.products * 16 <= 5e6
    assert made._there()[0] == 3 and float(made._there()[1].max()) == 0.5
    made.at_start = True
    assert made._there()[0] == 0 and torch.equal(made._there()[1], made.session.problem.start())
    made.at_start, made.session.seen = False, (made.session.problem, None)
    assert made._there()[0] == 0
    assert made.metric is None
    made.session.experiment = replace(made.session.experiment, algorithm=PreconditionedGradient(Circulant()))
    assert made.metric == Circulant()
    assert made._preconditioned() is None
    made.preconditioner = Circulant()
    assert made._preconditioned() is None
    made.hessian.result = SimpleNamespace(hessians=None)
    assert made._preconditioned() is not None
    assert made.kept() == {} and made.session.looks == [made.kept]
    large = Identity((1, 300, 300))
    made.session.problem = Problem(large, Gaussian(0.1), Tikhonov(), torch.zeros(1, *large.out_shape))
    assert not made.small


def test_the_signals_of_the_plane_are_no_longer_than_asked():
    problem = Problem(GaussianBlur((2, 9, 5), 1.0), Gaussian(0.1), Tikhonov(), torch.zeros(1, 2, 9, 5))
    assert shape_of(problem, 6) == (2, 6, 5)
    less = small(problem, 6)
    assert less.operator.in_shape == (2, 6, 5) and less.noise == problem.noise
    made = Planes(session())
    assert made.small and made.kept() == {}
    numbers = made.choices.look.steps * 16
    made.set("look.steps", int(1e6 / 16))
    assert made.small and numbers == 960
    made.set("look.steps", 10_000)
    made.session.problem = Problem(Identity((1, 10, 10)), Gaussian(0.1), Tikhonov(), torch.zeros(1, 1, 10, 10))
    assert made.small
    made.session.problem = Problem(Identity((1, 10, 11)), Gaussian(0.1), Tikhonov(), torch.zeros(1, 1, 10, 11))
    assert not made.small, "a million numbers are a moment"
    made.restore()
    assert made.choices.look.steps == 60


def test_a_wish_draws_only_what_depends_on_it_anew():
    made, again = Planes(session()), []
    for name in ("closed", "denoised"):
        setattr(made, name, SimpleNamespace(again=lambda name=name: again.append(name), current=None))
    for path, value, drawn in (
        ("filter.step", 0.5, ["closed"]), ("sampling.resolution.value", 0.1, ["closed"]), ("side", 8, ["denoised"]),
        ("sampling.ensemble.corner", 2.0, ["denoised"]), ("sampling.count", 200, []),
    ):  # fmt: skip
        again.clear()
        made.set(path, value)
        assert (again, made.complaint) == (drawn, ""), path
    made.set("side", 1)
    assert "side" in made.complaint and made.choices.side == 8


def test_spectra_wait_with_their_tab():
    made = Spectra(session())
    assert (
        made.studies == (made.hessian, made.product, made.along, made.basis, made.instability)
        and made.tick()
        and not made.tick()
        and made.trouble() == ""
    )


def test_planes_wait_with_their_tab():
    made = Planes(session())
    assert (
        made.studies == (made.closed, made.sampled, made.denoised)
        and made.tick()
        and not made.tick()
        and made.trouble() == ""
    )
