"""The Hessian of a training, its landscape, and what batches do to it."""
