"""Lessons on the page: a bar with the step, keys that turn the pages, and the list of all lessons."""

from workbench.app.lessons.teaching import Teaching
from workbench.app.lessons.tour import Tour

__all__ = ["Teaching", "Tour"]
