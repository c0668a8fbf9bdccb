"""The program's version, apart from the top of the package: another `workbench` may have taken the place of that."""

__version__ = "0.1.0"
