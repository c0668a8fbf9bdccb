"""What the studies beside a run say, of sessions and findings written out by hand."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from tests.live.by_hand import session
from workbench.analysis.chains import Interval
from workbench.live.pins.reporting import Reporting
from workbench.live.pixel import PixelStudies
from workbench.live.planes import Planes
from workbench.live.spectra import Spectra
from workbench.live.studies.intervals import HIGH, LOW, OFF, WIDTH, IntervalStudy
from workbench.live.studies.unknowns import UnknownStudies
from workbench.live.study import Study
from workbench.live.uncertainty import Uncertainty
from workbench.tuning.quantifiers import QuantifiedPicture


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
