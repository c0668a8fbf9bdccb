"""The views of a live run for cells."""
