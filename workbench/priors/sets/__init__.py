"""Constraints: 0 in a set and infinite outside."""
