"""What the lists of the catalogue say of its members."""
