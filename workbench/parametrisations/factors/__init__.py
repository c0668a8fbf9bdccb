"""Factors, codes and scales that are multiplied into a picture."""
