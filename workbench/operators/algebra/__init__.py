"""Operators made from operators, and those that any calculation starts from."""
