"""Quadratic priors, which are Gaussian laws, and mixtures of those."""
