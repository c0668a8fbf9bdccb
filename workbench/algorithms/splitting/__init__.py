"""The misfit and the prior by turns: proxes, duals and multipliers."""
