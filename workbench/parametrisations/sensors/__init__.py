"""What made the data and is not known either: kernels, gains, coils, rates of decay."""
