"""The examples that are compared with their references; each is declared beside its kernel."""

from workbench.kernels.warming import EXAMPLES

KERNELS = tuple(example for example in EXAMPLES if example.law)
