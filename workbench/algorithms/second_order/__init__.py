"""Newton's methods and their kin: steps by what is known of the Hessian."""
