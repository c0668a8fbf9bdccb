"""Estimators of information from samples, a file each."""
