"""How parts of the page stand beside and below each other, and in the place of what is not there yet."""
