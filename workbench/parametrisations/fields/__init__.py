"""Values of places: grids, and small networks from places to values."""
