"""Measurements by hand, never part of the tests: `python -m benchmarks.<name>` from the checkout (README.md)."""
