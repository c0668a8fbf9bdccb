"""Methods for unknowns of several blocks: factors, kernels and pictures, codes and atoms."""
