"""The claims of a lesson, tried on runs of its own steps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from workbench.lessons.demonstration import Demonstration
from workbench.lessons.lesson import Lesson, LessonStep
from workbench.lessons.statements import Statement, StatementVerdict
from workbench.refusal import Refusal


@dataclass(frozen=True)
class CheckedClaim:
    """A claim of a step, and whether it holds."""

    step: LessonStep
    claim: Statement
    verdict: StatementVerdict

    def __str__(self) -> str:
        return f"{'holds' if self.verdict.holds else 'FALSE'}  {self.step.place}: {self.verdict.sentence}"


def check(lesson: Lesson) -> Iterator[CheckedClaim]:
    """Run what is needed and try every claim, in order; Refusal, with its place, where one cannot be tried."""
    shown = demonstrations(lesson)
    for step in lesson.steps:
        yield from check_step(step, shown)


def demonstrations(lesson: Lesson) -> dict[int, Demonstration]:
    """What each step shows, by its number; nothing is run before it is asked for."""
    return {step.number: Demonstration(step) for step in lesson.steps}


def check_step(step: LessonStep, shown: Mapping[int, Demonstration]) -> Iterator[CheckedClaim]:
    """The claims of one step, on a learner's own run where `shown` has it; Refusal where one cannot be tried."""
    judged: list[CheckedClaim] = []
    for claim in step.claims:
        try:
            judged.append(CheckedClaim(step, claim, claim.judge(shown[step.number], shown)))
        except Refusal as sentence:
            raise step.refusal("a claim that can be tried", str(sentence)) from sentence
    yield from (_on_a_course(found, shown) for found in judged)


def _on_a_course(found: CheckedClaim, shown: Mapping[int, Demonstration]) -> CheckedClaim:
    """False where it read a run that was lost: its numbers are those of the last iterate that was still finite."""
    read = [shown[n] for n in (found.step.number, found.claim.other_step) if n is not None]
    lost = next(filter(None, (each.strayed for each in read)), "")
    return replace(found, verdict=StatementVerdict(False, lost)) if lost else found
