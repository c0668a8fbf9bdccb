"""Priors known by a network."""
