"""Hands on the pictures of the page: what a drag does, and the controls of it."""
