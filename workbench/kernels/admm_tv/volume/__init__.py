"""The prior's half of an ADMM step for total variation of volumes, and of grids whose sides differ."""
