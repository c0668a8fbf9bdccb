"""What a person is told of the members of the catalogue: cards with pictures, and why one is greyed."""
