"""docs/lessons.md says what there is, and the lesson that it shows to be copied is one."""

import re
from pathlib import Path

from workbench import lessons

PAGE = (Path(__file__).parents[2] / "docs" / "lessons.md").read_text(encoding="utf-8")


def test_the_page_lists_every_lesson():
    listed = re.findall(r"^- \*\*(.+)\*\* \(`(.+)`, (\d+) steps\): (.+)$", PAGE, re.MULTILINE)
    assert listed == [(x.title, x.name, str(len(x.steps)), x.learnt) for x in lessons.every()]


def test_the_lesson_to_copy_is_one_and_true(tmp_path):
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    path = tmp_path / "too_much.yaml"
    path.write_text(text)
    assert [str(found) for found in lessons.check(lessons.read(path)) if not found.verdict.holds] == []
