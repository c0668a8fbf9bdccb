"""Methods of one step: the reconstruction is a formula of the data."""
