"""Few entries, or few coefficients, differ from 0."""
