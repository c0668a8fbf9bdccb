"""Fields of displacements that move a picture."""
