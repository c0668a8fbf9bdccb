"""Differences of neighbours, on grids and graphs."""
