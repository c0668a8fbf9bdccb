"""Markov chains: samples of the posterior."""
