"""The program's version, apart from the top of the package: another `workbench` may have taken the place of that."""

__version__ = "0.1.0"
DESCRIPTIONS = 2  # the format of descriptions that are saved by themselves; those of the first have no number
