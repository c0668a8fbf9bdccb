"""Methods that weigh by the rows and columns of A, as tomography has them."""
