"""The prior's half of a primal-dual step for total variation of volumes, and of grids whose sides differ."""
