"""Priors made from priors."""
