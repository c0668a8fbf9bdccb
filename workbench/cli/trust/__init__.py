"""How far a reconstruction may be trusted, by the command line."""
