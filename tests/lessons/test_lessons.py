"""Every lesson that ships: its states are built, its claims are tried on runs, its sentences are short and its own."""

import json

import pytest
import yaml

from workbench import lessons
from workbench.app.toolkit.tab import LookTab
from workbench.app.views import VIEWS
from workbench.lessons import Lesson, LessonStep
from workbench.lessons.shelf import FOLDER
from workbench.lessons.tabs import LOOKS, NAMES
from workbench.live.telling import notebook_of
from workbench.refusal import Refusal

LESSONS = lessons.names()


@pytest.mark.parametrize("name", LESSONS)
def test_every_claim_of_a_lesson_holds(name):
    false = [str(found) for found in lessons.check(lessons.read(FOLDER / f"{name}.yaml")) if not found.verdict.holds]
    assert not false


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_takes_ten_minutes(name):
    found = lessons.find(name)
    assert 4 <= len(found.steps) <= 8
    assert len({step.question for step in found.steps}) == len(found.steps)
    assert all(step.question.endswith("?") and step.answer.endswith(".") for step in found.steps)


def test_the_shelf_and_the_tabs_are_those_that_there_are():
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(LESSONS)
    assert len({found.title for found in lessons.every()}) == len(LESSONS)
    views = {view.title: view for view in VIEWS}
    assert set(NAMES) <= set(views)
    assert {n: tuple(v.looks) for n, v in views.items() if issubclass(v, LookTab)} == LOOKS


GOOD = {
    "title": "A title",
    "learnt": "A sentence.",
    "settings": {"truth": "shepp_logan", "truth.size": 16, "prior": "Zero", "algorithm": "GradientDescent", "steps": 4},
    "steps": [
        {
            "watch": "Look.",
            "question": "Why?",
            "answer": "Because.",
            "claims": [{"AtLeastLevel": {"readout": "CurveLength", "level": 4}}],
        }
    ],
}


def written(folder, lesson, name="mine.yaml"):
    path = folder / name
    path.write_text(lesson if isinstance(lesson, str) else yaml.safe_dump(lesson))
    return path


def with_step(**given):
    return GOOD | {"steps": [GOOD["steps"][0] | given]}


def verdicts(path) -> list[bool]:
    return [found.verdict.holds for found in lessons.check(lessons.read(path))]


def test_a_file_of_ones_own_is_a_lesson(tmp_path):
    path = written(tmp_path, GOOD)
    found = lessons.opened(str(path))
    assert (found.name, found.title, len(found.steps)) == ("mine", "A title", 1)
    assert found.step(1).experiment.steps == 4
    assert verdicts(path) == [True]


def test_settings_may_be_an_address_that_was_copied_from_the_page(tmp_path):
    address = "http://localhost:5006/?truth=shepp_logan&truth.size=24&operator=Identity&prior=Zero&steps=2"
    (step,) = lessons.read(
        written(tmp_path, GOOD | {"settings": {}, "steps": [GOOD["steps"][0] | {"settings": address}]})
    ).steps
    assert step.experiment.operator.in_shape == (1, 24, 24) and step.experiment.steps == 2


def test_another_member_takes_no_values_of_the_usual_one(tmp_path):
    usual = GOOD | {"settings": GOOD["settings"] | {"prior": "TotalVariation", "prior.isotropic": False}}
    own = {"settings": {"prior": "Tikhonov", "prior.weight": 3}}
    (step,) = lessons.read(written(tmp_path, usual | {"steps": [GOOD["steps"][0] | own]})).steps
    assert step.experiment.prior.weight == 3


CLAIM = {"readout": "CurveLength"}


@pytest.mark.parametrize(
    ("lesson", "sentence"),
    [
        ("title: [", "mine.yaml: a lesson in YAML"),
        ("- 1", "mine.yaml: title, learnt, settings, steps, got list"),
        ("", "got nothing"),
        ({"title": "A", "learnt": "B"}, "mine.yaml: steps"),
        (GOOD | {"steps": []}, "from 1 to 20 steps, got 0"),
        (GOOD | {"setings": {}}, "mine.yaml: a key of a lesson, got 'setings' .*settings"),
        (GOOD | {"title": 3}, "a sentence for title, got int"),
        (GOOD | {"title": "  "}, "mine.yaml: title: a text of at most 80 letters, got an empty one"),
        (GOOD | {"title": "a" * 10_000}, "mine.yaml: title: a text of at most 80 letters, got 10000"),
        (with_step(pace=True), "mine.yaml, step 1: a whole number for pace, got bool"),
        (with_step(play=1), "mine.yaml, step 1: true or false for play, got int"),
        (GOOD | {"steps": [3]}, "mine.yaml, step 1: .*got int"),
        (with_step(answr="x"), "mine.yaml, step 1: a key of a lesson, got 'answr'"),
        (with_step(claims=[]), "mine.yaml, step 1: at least one claim"),
        (with_step(watch="word " * 100), "mine.yaml, step 1: watch: a text of at most 300"),
        (with_step(settings={"operator": "Blurr"}), "mine.yaml, step 1: .*Blurr"),
        (with_step(settings={"prior.weight": 3}), "mine.yaml, step 1: .*weight"),
        (
            with_step(settings={"algorithm": "ConjugateGradient", "prior": "TotalVariation"}),
            "mine.yaml, step 1: .*Conj",
        ),
        (with_step(tab="Spectra"), "mine.yaml, step 1: .*Spectrum"),
        (with_step(show="Nonsense"), "mine.yaml, step 1: .*a menu of what it shows, got Pictures"),
        (with_step(tab="Spectrum", show="densty"), "mine.yaml, step 1: .*'densty'.*did you mean density"),
        (with_step(tab="Spectrum", tab_settings={"stepz": 3}), "mine.yaml, step 1: .*stepz"),
        (with_step(tab="Network"), "mine.yaml, step 1: .*preset"),
        (with_step(tab="Pictures", tab_settings={"steps": 3}), "mine.yaml, step 1: .*settings of its own"),
        (with_step(claims=["AtLeastLevel"]), "mine.yaml, step 1, claim 1: one name"),
        (with_step(claims=[{"AtLeast": CLAIM}]), "mine.yaml, step 1, claim 1: a claim, got 'AtLeast'"),
        (with_step(claims=[{"AtLeastLevel": 3}]), "mine.yaml, step 1, claim 1: values of AtLeastLevel"),
        (with_step(claims=[{"AtLeastLevel": CLAIM | {"leval": 3}}]), "mine.yaml, step 1, claim 1: .*leval"),
        (with_step(claims=[{"AtLeastLevel": {"readout": "Length"}}]), "mine.yaml, step 1, claim 1: .*Length"),
        (with_step(claims=[{"AtLeastLevel": CLAIM}]), "claim 1: level of AtLeastLevel, got a claim without"),
        (with_step(claims=[{"NearLevel": None}]), "claim 1: readout, level of NearLevel"),
        (with_step(claims=[{"LevelsApart": CLAIM}]), "claim 1: second of LevelsApart"),
        (with_step(claims=[{"SmallerThanInStep": CLAIM}]), "claim 1: step of SmallerThanInStep"),
        (with_step(claims=[{"MultipleOfStep": CLAIM | {"step": 1}}]), "claim 1: factor of MultipleOfStep"),
        (with_step(claims=[{"AtMostLevel": {"readout": "CurveReaches", "level": 3}}]), "claim 1: readout.level of AtM"),
        (with_step(claims=[{"SameAsInStep": CLAIM | {"step": 2}}]), "mine.yaml, step 1: a claim about a step from 1"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_sentence_with_its_place(tmp_path, lesson, sentence):
    with pytest.raises(Refusal, match=sentence):
        lessons.read(written(tmp_path, lesson))


def test_a_claim_about_a_curve_that_there_is_not_is_refused_with_its_place(tmp_path):
    path = written(tmp_path, with_step(claims=[{"CurvePeaks": {"curve": "psrn"}}]))
    with pytest.raises(Refusal, match=r"mine.yaml, step 1: a claim that can be tried.*psnr"):
        verdicts(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(Refusal, match="give the path"):
        lessons.read(tmp_path / "nothing.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refusal, match="give the path"):
        lessons.read(binary)
    with pytest.raises(Refusal, match="256 KiB"):
        lessons.read(written(tmp_path, "#" * 2**19))


def test_nothing_in_a_file_is_run(tmp_path):
    path = written(tmp_path, "title: !!python/object/apply:os.mkdir [made]\nlearnt: x\nsteps: []")
    with pytest.raises(Refusal, match="YAML"):
        lessons.read(path)


def test_a_lesson_or_a_step_that_there_is_not_is_refused_with_the_nearest():
    with pytest.raises(Refusal, match="did you mean semi_convergence"):
        lessons.find("semiconvergence")
    with pytest.raises(Refusal, match="1 to"):
        lessons.find(LESSONS[0]).step(99)


class Known:
    """What a step shows, without a run."""

    def __init__(self, diverged=False, **curves):
        import numpy as np

        self.curves = {name: np.array(values, float) for name, values in curves.items()}
        self.iterations = np.arange(len(next(iter(self.curves.values()))))
        self.diverged = diverged
        self.picture = np.array([[0.0, -3.0], [4.0, 0.0]])

    def curve(self, name):
        return self.curves[name]


HILL = Known(psnr=[1, 5, 3], objective=[9, 4, 4])


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ({"CurvePeaks": {"curve": "psnr", "by": 2}}, True),
        ({"CurvePeaks": {"curve": "psnr", "by": 2.1}}, False),
        ({"CurvePeaks": {"curve": "objective", "by": 0}}, True),
        ({"CurveFalls": {"curve": "objective"}}, True),
        ({"CurveFalls": {"curve": "psnr"}}, False),
        ({"CurveRises": {"curve": "psnr"}}, True),
        ({"CurveRises": {"curve": "objective"}}, False),
        ({"AtLeastLevel": {"readout": "LastOfCurve", "level": 3}}, True),
        ({"AtLeastLevel": {"readout": "LastOfCurve", "level": 3.1}}, False),
        ({"AtMostLevel": {"readout": "BestOfCurve", "level": 5}}, True),
        ({"AtMostLevel": {"readout": "BestOfCurve", "level": 4.9}}, False),
        ({"NearLevel": {"readout": "PlaceOnCurve", "level": 1}}, True),
        ({"NearLevel": {"readout": "CurveLength", "level": 2}}, True),
        ({"NearLevel": {"readout": "CurveAt", "readout.iteration": 1, "level": 4.8, "within": 0.3}}, True),
        ({"NearLevel": {"readout": "CurveAt", "readout.iteration": 7, "level": 5, "within": 1e9}}, False),
        ({"NearLevel": {"readout": "CurveReaches", "readout.level": 4, "level": 1}}, True),
        ({"NearLevel": {"readout": "CurveReaches", "readout.level": 6, "level": 1, "within": 9}}, False),
        ({"NearLevel": {"readout": "ZerosOfPicture", "level": 2}}, True),
        ({"NearLevel": {"readout": "NormOfPicture", "level": 7}}, True),
        ({"NearLevel": {"readout": "NormOfPicture", "readout.order": 2, "level": 5}}, True),
        ({"NearLevel": {"readout": "LeastOfPicture", "level": -3}}, True),
        ({"LevelsApart": {"readout": "BestOfCurve", "second": "LastOfCurve", "by": 2}}, True),
        ({"LevelsApart": {"readout": "LastOfCurve", "second": "BestOfCurve"}}, False),
        ({"LargerThanInStep": {"readout": "LastOfCurve", "step": 2, "by": 1}}, True),
        ({"LargerThanInStep": {"readout": "LastOfCurve", "step": 2, "by": 1.1}}, False),
        ({"LargerThanInStep": {"readout": "CurveLength", "step": 2}}, False),
        ({"SmallerThanInStep": {"readout": "BestOfCurve", "step": 2, "by": 3}}, True),
        ({"SmallerThanInStep": {"readout": "LastOfCurve", "step": 2}}, False),
        ({"MultipleOfStep": {"readout": "LastOfCurve", "step": 2, "factor": 1.5}}, True),
        ({"MultipleOfStep": {"readout": "LastOfCurve", "step": 2, "factor": 1.6}}, False),
        ({"SameAsInStep": {"readout": "CurveLength", "step": 2}}, True),
        ({"SameAsInStep": {"readout": "LastOfCurve", "step": 2, "within": 0.9}}, False),
        ({"RunDiverges": {}}, False),
    ],
)
def test_a_claim_is_judged_by_its_numbers(tmp_path, claim, holds):
    path = written(tmp_path, GOOD | {"steps": [GOOD["steps"][0] | {"claims": [claim]}, GOOD["steps"][0]]})
    (made,) = lessons.read(path).step(1).claims
    shown = HILL
    shown.result = type("Result", (), {"attrs": {"ended": "all done"}})
    found = made.judge(shown, {1: shown, 2: Known(psnr=[8, 7, 2], objective=[1, 1, 1])})
    assert found.holds is holds or found.holds == holds
    assert found.sentence


def test_a_comparison_with_a_step_that_was_not_run_is_refused():
    claim = lessons.find("semi_convergence").step(3).claims[0]
    with pytest.raises(Refusal, match="a step 1 to compare with"):
        claim.judge(HILL, {3: HILL})


def test_a_number_that_is_none_makes_every_claim_false(tmp_path):
    late = {"readout": "CurveAt", "readout.iteration": 10}
    claims = [{"AtLeastLevel": late | {"level": 0}}, {"AtMostLevel": late | {"level": 100}}]
    claims += [{"MultipleOfStep": late | {"factor": 0, "step": 1}}, {"SameAsInStep": late | {"step": 1}}]
    for claim in lessons.read(written(tmp_path, with_step(claims=claims))).step(1).claims:
        found = claim.judge(HILL, {1: HILL})
        assert not found.holds
        assert "never reached" in found.sentence and "nan" not in found.sentence


def test_a_level_that_is_not_reached_is_said_so(tmp_path):
    claim = {"AtMostLevel": {"readout": "CurveReaches", "readout.level": 20, "level": 3}}
    (made,) = lessons.read(written(tmp_path, with_step(claims=[claim]))).step(1).claims
    said = made.judge(HILL, {1: HILL}).sentence
    assert said == "the iterations until psnr is 20: never reached, at most 3"


LOST = {"algorithm.step_size": 1e9, "steps": 40}
PSNR = {"readout": "LastOfCurve", "readout.curve": "psnr", "level": -1e9}


def test_a_step_that_diverged_fails_its_claims_unless_it_shall_diverge(tmp_path):
    claims = [{"AtLeastLevel": PSNR}, {"AtLeastLevel": {"readout": "LargestEigenvalue", "level": 0}}]
    (read, other) = lessons.check(lessons.read(written(tmp_path, with_step(settings=LOST, claims=claims))))
    for found in (read, other):
        assert not found.verdict.holds and "step 1 diverged" in found.verdict.sentence
        assert "RunDiverges" in found.verdict.sentence
    meant = with_step(settings=LOST, claims=[*claims, {"RunDiverges": {}}])
    assert verdicts(written(tmp_path, meant)) == [True, True, True]


def test_a_comparison_with_a_step_that_diverged_is_false(tmp_path):
    lost = GOOD["steps"][0] | {"settings": LOST, "claims": [{"AtLeastLevel": PSNR}]}
    better = {"LargerThanInStep": {"readout": "LastOfCurve", "step": 1, "by": 0}}
    second = GOOD["steps"][0] | {"claims": [better, {"AtLeastLevel": PSNR}]}
    (_, compared, own) = lessons.check(lessons.read(written(tmp_path, GOOD | {"steps": [lost, second]})))
    assert not compared.verdict.holds and "step 1 diverged" in compared.verdict.sentence
    assert own.verdict.holds


def test_no_run_is_made_to_see_whether_it_diverges(tmp_path):
    claim = {"AtLeastLevel": {"readout": "LargestEigenvalue", "level": 0}}
    lesson = lessons.read(written(tmp_path, with_step(settings=LOST, claims=[claim])))
    shown = lessons.demonstrations(lesson)
    assert [found.verdict.holds for found in lessons.check_step(lesson.step(1), shown)] == [True]
    assert "result" not in vars(shown[1])


def test_a_demonstration_takes_a_learners_own_run():
    step: LessonStep = lessons.find("semi_convergence").step(1)
    from workbench.parameters import changed

    own = changed(step.experiment, steps=5).run()
    (peaks, _) = lessons.check_step(step, {1: lessons.Demonstration(step, own)})
    assert not peaks.verdict.holds and "iteration 5" in peaks.verdict.sentence


def test_a_notebook_is_made_of_the_same_list():
    from workbench.lessons.notebook import notebook

    nbformat = pytest.importorskip("nbformat")
    for found in lessons.every():
        made = nbformat.reads(notebook(found), as_version=4)
        nbformat.validate(made)
        text = "".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
        assert all(f"## Step {n}" in text for n in range(1, len(found.steps) + 1))
        code = [cell.source for cell in made.cells if cell.cell_type == "code"]
        for source in code:
            compile(source, "cell", "exec", flags=0x2000)  # top-level await, as cells have it
        assert sum("check_step" in source for source in code) == len(found.steps)


def test_markup_in_a_lesson_stays_text_in_its_notebook():
    from workbench.lessons.notebook import notebook

    (step,) = lessons.find("semi_convergence").steps[:1]
    evil = LessonStep(**{**vars_of(step), "watch": "<script>x</script>", "number": 1})
    made = json.loads(notebook(Lesson("evil", "<b>t</b>", "y", (evil,))))
    text = "".join(cell["source"] for cell in made["cells"] if cell["cell_type"] == "markdown")
    assert "<script" not in text and "<b>" not in text
    assert json.loads(notebook_of([("markdown", "x")]))["cells"][0]["cell_type"] == "markdown"


def vars_of(step: LessonStep) -> dict:
    return {name: getattr(step, name) for name in step.__dataclass_fields__}


def test_one_notebook_runs_from_its_first_cell_to_its_last(tmp_path):
    from workbench.cli import main

    nbformat, client = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    small = GOOD | {"steps": [GOOD["steps"][0], GOOD["steps"][0] | {"tab": "Spectrum", "show": "density"}]}
    path, out = written(tmp_path, small), tmp_path / "mine.ipynb"
    assert main(["lessons", "notebook", str(path), "--out", str(out)]) == 0
    made = nbformat.read(out, as_version=4)
    client.NotebookClient(made, timeout=120, kernel_name="python3").execute()
    printed = [
        o.text for cell in made.cells if cell.cell_type == "code" for o in cell.outputs if o.output_type == "stream"
    ]
    assert sum("holds  mine.yaml" in text for text in printed) == 2
