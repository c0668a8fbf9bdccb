"""Quadratic problems in Krylov spaces."""
