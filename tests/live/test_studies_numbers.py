"""What the studies beside a run keep, say and advise, of sessions and findings written out by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.tables import table
from workbench.algorithms import MALA, GradientDescent, PreconditionedGradient, UnadjustedLangevin
from workbench.analysis.chains import ChainDiagnostics, ChainSamples, Interval, Moments, Sampling, Tally
from workbench.analysis.spectrum import Eigenpairs
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.cut import Cut
from workbench.live.pins.beside import AllBeside
from workbench.live.pins.one_beside import OneBeside
from workbench.live.pins.reporting import Reporting
from workbench.live.pixel import PixelStudies, inside
from workbench.live.planes import Planes, shape_of, small
from workbench.live.saved.sweep_cells import SweepCells
from workbench.live.spectra import Spectra
from workbench.live.studies.intervals import HIGH, LOW, OFF, WIDTH, IntervalStudy
from workbench.live.studies.unknowns import UnknownStudies
from workbench.live.study import Study
from workbench.live.uncertainty import Uncertainty, _unstuck
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity
from workbench.preconditioners import Circulant
from workbench.priors import Tikhonov
from workbench.problem import Problem
from workbench.sweeps import SettingResult
from workbench.tuning.quantifiers import QuantifiedPicture

SHAPE = (1, 4, 4)
TRUTH = torch.arange(16.0).reshape(1, *SHAPE) / 16


def session(algorithm=None, **given: object) -> SimpleNamespace:
    """One person's session at an iterate of 1/2, whose run goes on in no thread."""
    problem = Problem(Identity(SHAPE), Gaussian(0.1), Tikhonov(), TRUTH, TRUTH)
    state = SimpleNamespace(x=torch.full((1, *SHAPE), 0.5), k=3)
    experiment = Experiment(Shipped("camera", 8), Identity(SHAPE), algorithm=algorithm or GradientDescent(), steps=20)
    plain = {
        "problem": problem, "seen": (problem, state), "moment": None, "experiment": experiment, "looks": [],
        "cut": Cut(),
        "job": SimpleNamespace(latest=SimpleNamespace(state=state)),
        "pictures": lambda: SimpleNamespace(truth=TRUTH[0, 0].numpy(), shape=SHAPE[1:]),
    }  # fmt: skip
    return SimpleNamespace(**(plain | given))


# The pixel.


@table(
    ("place", "shape", "told"),
    [((0, 0), (2, 3), True), ((1, 2), (2, 3), True), ((2, 0), (2, 3), False), ((0, 3), (2, 3), False),
     ((-1, 0), (2, 3), False), ((1, 2), (2, 3, 3), True), ((1,), (2, 3), False), ((1,), (2,), True)]
)  # fmt: skip
def test_a_pixel_lies_within_its_picture(place, shape, told):
    assert inside(place, shape) is told


def moment(k: int, value: float) -> SimpleNamespace:
    return SimpleNamespace(k=k, picture=torch.full((1, *SHAPE), value))


def test_the_course_of_a_pixel_ends_now_and_its_draws_are_those_of_the_later_half():
    from tests.app.conftest import frame

    studies = PixelStudies(session())
    studies.place = (1, 2)
    image = np.full((4, 4), 9.0)
    course = studies.course(frame(k=5, image=image, moments=(moment(0, 1.0), moment(2, 2.0))))
    assert (course.ks, course.values, course.interval, course.draws) == ((0, 2, 5), (1, 2, 9), None, 0)
    assert course.truth == pytest.approx(6 / 16)
    kept = (moment(0, 1.0), moment(5, 2.0))
    assert studies.course(frame(k=5, image=image, moments=kept)).ks == (0, 5), "now is kept already"
    assert studies.course(frame(k=5, at=0, image=image, moments=kept[:1])).ks == (0,), "it is looked back"
    assert studies.course(frame(k=5, image=None)).ks == ()
    assert studies.course(frame(k=5, image=image)).ks == (5,)
    studies.session.experiment = replace(studies.session.experiment, algorithm=UnadjustedLangevin())
    many = tuple(moment(k, float(k)) for k in range(16))
    drawn = studies.course(frame(k=15, image=image, moments=many))
    assert drawn.draws == 8 and drawn.interval == pytest.approx((8.35, 14.65)), "0.05 and 0.95 of 8 to 15"
    assert studies.course(frame(k=14, image=image, moments=many[:15])).draws == 8
    fewer = studies.course(frame(k=13, image=image, moments=many[:14]))
    assert fewer.draws == 7 and fewer.interval is None


def test_a_pixel_is_looked_at_anew_where_its_place_its_plane_or_the_operator_is_another():
    studies = PixelStudies(session())
    keys = [studies._of()]
    studies.place = (1, 2)
    keys.append(studies._of())
    studies.session.cut = Cut(1)
    keys.append(studies._of())
    studies.session.problem = replace(studies.session.problem, operator=GaussianBlur(SHAPE))
    keys.append(studies._of())
    assert None not in keys and len(set(keys)) == 4
    assert studies.centre() == (2, 2)
    studies.choose((4, 0))
    assert studies.complaint.startswith("wanted a pixel of a picture of 4 x 4 px") and "4, 0" in studies.complaint
    assert studies.place == (1, 2)
    (found,) = studies._reached()()
    assert found.of == 16 and found.spread[1, 2] == found.spread.max()
    studies.choose(None)
    assert (studies.place, studies.complaint, studies._reached()) == (None, "", None)
    studies.set("row", 1)
    assert studies.place is None, "none is looked at"


# The spectrum.


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


# The uncertainty.

LOOK = ChainDiagnostics(1000, 100.0, 300.0, 1.009)


def sampled(look: ChainDiagnostics = LOOK, acceptance: float | None = None, **given: object) -> ChainSamples:
    moments = Moments(2, torch.zeros(3, *SHAPE), torch.ones(3, *SHAPE))
    plain = {"k": 5, "last": torch.zeros(3, *SHAPE), "sampling": Sampling(), "tally": Tally(), "moments": moments}
    return ChainSamples(**(plain | given), looks=(look,), acceptance=acceptance)


def uncertain(found: ChainSamples | None, algorithm=None, status: Status = Status.DONE) -> Uncertainty:
    made = Uncertainty(session(algorithm or MALA()))
    made.chains = SimpleNamespace(result=found, status=status, current=found, latest=None)
    return made


@pytest.mark.parametrize(
    ("look", "acceptance", "advised"),
    [
        pytest.param(LOOK, 0.5, "", id="well"),
        pytest.param(replace(LOOK, rhat=1.01), 0.5, "Too few draws", id="chains_that_disagree"),
        pytest.param(replace(LOOK, least=99.9), 0.5, "Too few draws", id="few_effective_draws"),
        pytest.param(replace(LOOK, least=99.9), 0.05, "Too few draws", id="as_many_accepted_as_are_wanted"),
        pytest.param(replace(LOOK, least=99.9), 0.049, "4.9% of the proposals were accepted", id="hardly_any_accepted"),
        pytest.param(replace(LOOK, rhat=math.inf), None, "Chains stand still", id="still"),
        pytest.param(replace(LOOK, least=99.9), None, "Too few draws", id="no_proposals"),
    ],
)
def test_advice_comes_where_draws_are_not_to_be_trusted(look, acceptance, advised):
    advice = uncertain(sampled(look, acceptance)).advice()
    assert (advice is None) if not advised else advice.sentence.startswith(advised)


def test_too_few_draws_are_four_times_as_many_next_and_so_is_the_warm_up():
    made = uncertain(sampled(replace(LOOK, least=12.0, rhat=1.234)))
    advice = made.advice()
    assert advice.sentence == (
        "Too few draws to trust (effective sample size 12, R-hat 1.23; wanted are 100 and 1.01): draw more, "
        "or mix faster."
    )
    assert advice.label == "Draw 4 times as many"
    assert advice.values == {"sampling.draws": 4000, "sampling.warmup": 400}
    made.sampling = Sampling(warmup=0, draws=10)
    assert made.advice().values == {"sampling.draws": 40, "sampling.warmup": 4}
    for silent in (uncertain(None), uncertain(sampled(replace(LOOK, least=1.0)), status=Status.RUNNING)):
        assert silent.advice() is None
    assert uncertain(replace(sampled(), looks=())).advice() is None
    assert (
        uncertain(None, GradientDescent()).advice().sentence.startswith("GradientDescent has one answer and no spread.")
    )


def test_chains_that_stand_still_need_another_step():
    given = _unstuck(MALA(0.5), 0.01)
    assert given.label == "Sample with an automatic step size" and given.values == {"algorithm.step_size": None}
    assert given.sentence == (
        "1.0% of the proposals were accepted, so that more draws would tell nothing new: the step size is too large; "
        "left empty, it is found."
    )
    found = _unstuck(MALA(), None)
    assert found.values == {} and found.sentence.endswith("give a smaller one than is found, or take another sampler.")
    none = _unstuck(Sampling(), None)
    assert none.sentence.startswith("Chains stand still, so that R-hat is infinite: take another sampler")


@table(("draws", "told"), [(31_150, True), (31_151, False)])
def test_chains_begin_by_themselves_that_are_over_in_a_moment(draws, told):
    """4 chains of 100 + draws steps, of 16 numbers: two millions are a moment."""
    made = uncertain(None)
    made.sampling = Sampling(draws=draws)
    assert made.small is told
    made.sampling = Sampling(draws=draws, every=2)
    assert not made.small
    made.session.experiment = replace(made.session.experiment, algorithm=GradientDescent())
    assert not made.small


def test_pictures_of_draws_are_their_moments_and_where_the_truth_lies():
    intervals = tuple(
        Interval(share, torch.full(SHAPE, 0.25), torch.full(SHAPE, high)) for share, high in ((0.5, 0.5), (0.9, 0.75))
    )
    last = torch.stack([torch.full(SHAPE, float(i)) for i in range(6)])
    maps = uncertain(sampled(intervals=intervals, last=last)).maps()
    assert maps.inside == pytest.approx((5 / 16, 9 / 16)), "4 to 8, and 4 to 12, sixteenths"
    assert (maps.side == -1).sum() == 4 and (maps.side == 1).sum() == 3 and maps.side[0, 0] == -1
    assert (maps.width == 0.5).all() and (maps.mean == 0).all() and len(maps.newest) == 4
    np.testing.assert_allclose(maps.deviation, math.sqrt(3 / 5), rtol=1e-6)
    assert [float(n.mean()) for n in maps.newest] == [0, 1, 2, 3]
    bare = uncertain(sampled(intervals=intervals, last=last))
    bare.session.problem = replace(bare.session.problem, truth=None)
    assert bare.maps().side is None and bare.maps().inside is None
    assert uncertain(sampled()).maps() is None and uncertain(None).maps() is None
    assert set(uncertain(None).kept()) == set()


# The information plane.


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


# Intervals and unknowns.


def intervals(**given: object) -> IntervalStudy:
    made = IntervalStudy(session(**given))
    low = torch.full((3, 4, 4), 0.25)
    high = low + torch.tensor([0.25, 0.5, 0.75])[:, None, None]
    made.work = SimpleNamespace(
        current=QuantifiedPicture(Interval(0.9, low[:1], high[:1]), "All inside", done=2, whole=4), latest=None
    )
    made.wide = QuantifiedPicture(Interval(0.9, low, high), "All inside")
    return made


def test_an_interval_is_drawn_by_its_ends_or_its_width_over_the_colours():
    made = intervals()
    assert made.drawn() is None and made.drawn(LOW)[0].max() == 0.25 and made.drawn(HIGH)[0].max() == 0.5
    assert made.drawn(LOW)[1] == (0, 1), "those of the truth"
    assert made.drawn(WIDTH)[1] == (0, 0.25)
    made.look = HIGH
    assert made.drawn()[0].min() == 0.5
    made.work.current = made.wide
    assert float(made.signal(WIDTH).max()) == 0.5 and tuple(made.signal(WIDTH).shape) == (1, 1, 4, 4)
    made.work.current = QuantifiedPicture(None, "waits")
    assert made.signal(WIDTH) is None and made.drawn(HIGH) is None
    bare = intervals(pictures=lambda: SimpleNamespace(truth=None))
    assert bare.drawn(HIGH)[1] == (0, 1)


def test_an_interval_says_what_it_promises_and_how_the_truth_lies():
    made = intervals()
    assert made.sentence() == "All inside (so far 2 of 4). Mean width 0.25; of this truth 31.2% lie inside."
    made.session.problem = replace(made.session.problem, truth=None)
    made.work.current = replace(made.work.current, done=4)
    assert made.sentence() == "All inside. Mean width 0.25."
    from workbench.stopping import Change

    made.session.experiment = replace(made.session.experiment, stop=Change())
    assert made.sentence() == "All inside; of 20 iterations, whatever the rule that ends the run. Mean width 0.25."
    made.work.current = QuantifiedPicture(None, "pictures are made", "", 1, 4)
    assert made.sentence() == "pictures are made: 1 of 4"
    made.work.current = None
    made.trouble = lambda *studies: ""
    assert made.sentence() == "None yet: Find intervals." and made.unmet == ""
    made.trouble = lambda *studies: "it broke"
    assert made.sentence() == ""
    made.look = WIDTH
    made.restore()
    assert made.look == OFF


def test_unknowns_say_where_they_are_and_follow_what_is_set():
    made, begun = UnknownStudies(session()), []
    assert made.direct and made.landing is None and made.flatness is None
    made.session.begin_with = lambda u: begun.append(float(u.mean()))
    made.begin_with(1)
    made.starts = SimpleNamespace(
        current=SimpleNamespace(u=torch.arange(3.0)[:, None]), touch=lambda: begun.append("starts")
    )
    made.flat = SimpleNamespace(current="flat", touch=lambda: begun.append("flat"))
    made.begin_with(1)
    assert begun == [1] and made.flatness == "flat"
    made.set("starts.spread", 2.0)
    made.set("flat.share", 1e-4)
    made.set("starts.spread", -1.0)
    assert begun == [1, "starts", "flat"] and "spread" in made.complaint
    assert (made.settings.spread, made.search.share) == (2, 1e-4)
    made._searched()
    assert made.flat_k == 3
    made.session.seen = (made.session.problem, None)
    assert made._searched() is None and made.complaint == "There is no iterate yet."
    assert made.blocks() == () and made.warning == ""
    made.restore()
    assert made.settings.spread == 1 and made.complaint == ""


@pytest.mark.parametrize("kind", [Planes, Spectra, Uncertainty, PixelStudies, IntervalStudy, UnknownStudies, Reporting])
def test_all_that_a_tab_computes_waits_with_it_and_nothing_has_begun(kind):
    made = kind(session())
    known = [value for value in vars(made).values() if isinstance(value, Study)]
    assert set(made.studies) >= set(known) and len(made.studies) == len(set(made.studies)) >= 1
    assert made.complaint == made.trouble() == "" and made.tick() and not made.tick()
    assert not any(study.begun for study in made.studies)


# Pins and sweeps.


def beside(*each: OneBeside, **given: object) -> AllBeside:
    """What stands beside each other, made by hand."""
    kind = type("ByHand", (AllBeside,), {"all": property(lambda self: self.there)})
    made = kind.__new__(kind)
    made.there = {one.key: one for one in each}
    made._session = SimpleNamespace(pins=SimpleNamespace(all=()))
    made.turned, made._pictures = SimpleNamespace(look="", limits=None), None
    made.chosen, made._known = ("truth", "now"), ("data",)
    return made


def one(
    key: str, fill: float | None = 0.5, label: str = "", shape: tuple[int, ...] = (2, 2), **given: object
) -> OneBeside:
    return OneBeside(key, label or key, None if fill is None else np.full(shape, fill), **given)


def test_at_most_four_stand_beside_each_other_and_a_new_pin_joins_where_there_is_room():
    made = beside(*(one(key) for key in ("truth", "data", "now", "1", "2")))
    assert made.choose(("truth", "now", "1", "2")) == ""
    assert made.choose(("truth", "data", "now", "1", "2")) == "At most 4 beside each other: the first was left out."
    assert made.chosen == ("data", "now", "1", "2")
    made.chosen = ("truth", "now", "gone")
    made.follow()
    assert made.chosen == ("truth", "now", "1", "2")
    made.there["3"] = one("3")
    made.chosen = ("now",)
    made.follow()
    assert made.chosen == ("now", "3"), "1 and 2 were known, and are not wanted"
    made.there["now"] = one("now", None)
    assert [each.key for each in made.shown()] == ["3"]


def test_pictures_share_the_scale_of_the_truth_or_of_all():
    made = beside(one("now", -0.5), one("1", 2.0))
    made.chosen = ("now", "1")
    assert made.limits() == (-1, 2.5), "each by its extent, half beside one value"
    made._pictures = SimpleNamespace(truth=np.array([0.0, 0.5]))
    assert made.limits() == (0, 1)
    made._session.pins.all = (SimpleNamespace(run=SimpleNamespace(truth=np.array([0.0, 3.0]))),)
    assert made.limits() == (0, 3)
    made._session.pins.all = (SimpleNamespace(run=SimpleNamespace(truth=None, picture=np.array([-2.0, 0.0]))),)
    assert made.limits() == (-2, 1)
    empty = beside()
    assert empty.limits() == (0, 1)
    empty.turned = SimpleNamespace(look="Interval width", limits=lambda shown: (0.0, 7.0))
    assert empty.limits() == (0, 7)


def test_differences_are_taken_to_one_of_them_on_one_scale_around_nothing():
    made = beside(
        one("truth", 1.0, "truth"), one("now", 0.25), one("1", 1.5, shape=(2, 2)), one("2", 9.0, shape=(3, 3))
    )
    made.chosen = ("truth", "now", "1", "2")
    found, limits, said = made.differences("truth")
    assert [(each.key, float(d.mean())) for each, d in found] == [("now", -0.75), ("1", 0.5)]
    assert limits == (-0.75, 0.75) and said == "Of another size than truth: 2."
    colour = beside(one("truth", 1.0, shape=(2, 2, 3)), one("now", 0.5, shape=(2, 2, 3)))
    (pair,), limits, said = colour.differences("truth")
    assert pair[1].shape == (2, 2) and limits == (-0.5, 0.5) and said == ""
    for nothing in (made.differences("gone"), beside(one("truth", None)).differences("truth")):
        assert nothing == ([], (-1, 1), "There is nothing to take differences to yet.")


def test_curves_of_other_problems_are_left_out_and_said():
    columns = {"k": np.arange(3), "objective": np.array([4.0, 2.0, 1.0]), "psnr": np.arange(3.0)}
    now = one("now", columns=columns, objective_key="a", problem_key="p", truth_key="t", label="this run")
    same, other = (
        replace(now, key="1", label="same"),
        replace(now, key="2", label="other", objective_key="b", truth_key="u"),
    )
    made = beside(one("truth"), now, same, other)
    runs, said = made.curves("objective")
    assert [run.key for run in runs] == ["now", "1"] and said == "Not drawn, since of another problem: other."
    assert made.curves("psnr")[1] == "Not drawn, since against another truth: other."
    assert made.curves("seconds")[1] == "" and len(made.curves("seconds")[0]) == 3
    assert [run.key for run in beside(one("truth"), other).curves("objective")[0]] == ["2"]
    assert made.values(now, "psnr") is columns["psnr"]
    np.testing.assert_allclose(made.values(now, "excess"), [3, 1, 0])
    assert made.values(replace(now, columns={}), "excess") is None
    assert made.mark(now) == 2 and made.mark(replace(now, diverged=True)) is None
    made.there["1"] = replace(same, columns=columns | {"objective": np.array([4.0, 0.5, 0.5])})
    assert made.mark(now) is None and made.mark(made.there["1"]) == 1


def table(grid: bool = True, **given: object) -> SimpleNamespace:
    settings = [
        SettingResult((i, j, 0), {"a": a, "b": b}, 10.0 * i + j, 0.5, 2, 2)
        for i, a in enumerate((1.0, 2.0)) for j, b in enumerate(("x", "y", "z"))
    ]  # fmt: skip
    plain = {
        "quantities": ["psnr", "seconds"], "quantity": lambda: "psnr", "is_grid": grid, "dataset": {},
        "paths": {"a": [1.0, 2.0], "b": ["x", "y", "z"], "c": [0]}, "settings": lambda quantity: settings,
    }  # fmt: skip
    return SimpleNamespace(**(plain | given))


def cells(of: object = None) -> SweepCells:
    made = SweepCells(session(), None)
    made.reading.result = of
    return made


def test_a_sweep_is_looked_at_through_its_best_setting_unless_a_person_holds_another():
    made = cells(table())
    assert (made.quantity, made.paths, made.across, made.up) == ("psnr", ["a", "b"], "a", "b")
    assert made.best().mean == 12 and made.cell is made.best()
    assert made.told() == "a = 2.0, b = z: psnr 12 ± 0.5 over 2 seeds"
    made.set("across", "b")
    assert (made.across, made.up) == ("b", "b") or made.up == "a"
    made.choose(made.settings()[1])
    assert made.cell.index == (0, 1, 0)
    made.set("quantity", "seconds")
    assert made.quantity == "seconds" and made.best().mean == 0, "of seconds the fewest"
    made.set("quantity", "unknown")
    assert made.quantity == "psnr"
    sight = cells(table()).sight()
    assert (sight.across, sight.up, sight.fixed, len(sight.settings)) == ("a", "b", {}, 6)
    design = cells(table(grid=False)).sight()
    assert (design.across, design.up, design.fixed, len(design.settings)) == ("a", "", {}, 6)
    three = cells(table(paths={"a": [1.0, 2.0], "c": [3, 4], "b": ["x", "y", "z"]}))
    three.set("up", "c")
    assert three.up == "c" and three.sight().fixed == {"b": "z"} and len(three.sight().settings) == 2
    three.set("b", "x")
    assert [each.words["b"] for each in three.sight().settings] == ["x", "x"]
    partly = table(settings=lambda quantity: [SettingResult((0,), {"a": 1.0}, 2.0, math.nan, 1, 3)])
    assert cells(partly).told() == "a = 1.0: psnr 2, of 3"


def test_a_table_stays_in_sight_while_another_is_read():
    made = cells(kept := table())
    made.reading.begin(None)
    assert made.table is kept
    made.set("store", "other.zarr")
    assert made.table is None and made.store == "other.zarr"
    empty = cells()
    assert (empty.quantity, empty.paths, empty.across, empty.up, empty.told()) == ("", [], "", "", "")
    assert empty.settings() == [] and empty.best() is None and empty.sight() is None and empty.picture() is None
    assert not empty.take() and cells(table(quantities=[])).quantity == ""
    assert cells(table(paths={"c": [0]})).paths == ["c"], "all, where none has several values"


def test_the_picture_of_a_cell_is_there_where_the_store_keeps_one():
    xr = pytest.importorskip("xarray")
    made = cells(table())
    assert made.picture() is None
    values = np.zeros((2, 3, 1, 1, 1, 2, 2))
    values[1, 2] = 0.5
    dims = ("a", "b", "seed", "batch", "c", "y", "x_")
    made.reading.result = table(dataset=xr.Dataset({"x": (dims, values)}))
    assert made.picture().tolist() == [[0.5, 0.5], [0.5, 0.5]]
    values[1, 2] = np.nan
    made.reading.result = table(dataset=xr.Dataset({"x": (dims, values)}))
    assert made.picture() is None, "a cell that has failed"
    taken = []
    made.reading.result = table(experiment=lambda index: index)
    made.session.become = lambda found: taken.append(found) or ""
    assert made.take() and taken == [(1, 2, 0)]
    made.session.become = lambda found: "not here"
    assert not made.take() and made.complaint == "not here"


def test_stores_of_a_folder_come_the_newest_first(tmp_path):
    import os

    for age, name in enumerate(("old.zarr", "new.zarr")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "zarr.json").write_text("{}")
        os.utime(tmp_path / name, (age, age))
    (tmp_path / "no.zarr").mkdir()
    assert SweepCells(session(), tmp_path).stores() == ["new.zarr", "old.zarr"]
    assert SweepCells(session(), None).stores() == SweepCells(session(), tmp_path / "gone").stores() == []
