"""What networks learn from: a set of examples a file."""
