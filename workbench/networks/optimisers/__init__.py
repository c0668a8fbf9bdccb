"""How weights are moved: an optimiser a file."""
