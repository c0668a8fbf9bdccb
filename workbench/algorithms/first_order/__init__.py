"""Along gradients, with or without momentum; the prior by its gradient or its prox."""
