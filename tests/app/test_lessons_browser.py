"""A lesson as a person takes it: keys, the answer, a slider moved and the way back, reload, the browser's own Back."""

import re

import pytest

from tests.app.browsing import playwright, press, typed, until
from workbench import lessons

pytestmark = pytest.mark.browser
NAME = "step_and_momentum"
LESSON = lessons.find(NAME)


def at(page, number: int) -> None:
    playwright.expect(page.get_by_text(f"{LESSON.title}, step {number} of")).to_be_visible()
    until(page, lambda: f"lesson={NAME}&step={number}&" in page.url)


def test_a_lesson_is_turned_by_keys_answered_changed_and_brought_back(page, address) -> None:
    page.goto(f"{address}?lesson={NAME}&step=1")
    at(page, 1)
    weight = page.get_by_role("slider", name="weight")
    playwright.expect(weight).to_be_visible()
    page.mouse.click(660, 107)  # on the sentence: nothing that takes keys has the focus
    page.keyboard.press("ArrowRight")
    at(page, 2)
    answer = page.get_by_text(LESSON.step(2).answer)
    playwright.expect(answer).to_be_hidden()
    press(page, "Show the answer")
    playwright.expect(answer).to_be_visible()

    weight.focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: re.search(r"prior\.weight=5\.\d|prior\.weight=[6-9]", page.url) is not None)
    at(page, 2)  # a slider keeps its arrows
    moved = page.url
    page.reload()
    at(page, 2)
    until(page, lambda: page.url == moved)
    press(page, "Back to this step")
    playwright.expect(page.get_by_role("textbox", name="weight, typed")).to_have_value("5")
    until(page, lambda: "prior.weight=5.0&" in page.url)

    field = typed(page, "weight", "7")
    field.press("ArrowLeft")
    at(page, 2)  # and so does a field
    press(page, "Back to this step")
    press(page, "Next")
    at(page, 3)
    playwright.expect(page.get_by_text(re.compile("wanted a run that stays bounded"))).to_be_visible()
    page.go_back()
    at(page, 2)

    press(page, "Lessons")
    press(page, f"1. {lessons.find(lessons.names()[0]).title}")
    until(page, lambda: f"lesson={lessons.names()[0]}&step=1&" in page.url)
    press(page, "End the lesson")
    until(page, lambda: "lesson=" not in page.url)
