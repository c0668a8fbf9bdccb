"""A denoiser, or a network that restores, in place of the prior."""
