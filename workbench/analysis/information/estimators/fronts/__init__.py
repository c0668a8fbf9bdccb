"""What is done to samples before another estimator reads them."""
