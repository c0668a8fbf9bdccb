"""Integrals along lines: tomography, and equations of one variable."""
