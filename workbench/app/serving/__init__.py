"""The page for many people: who comes in, what one may take, and what a machine is told of it."""
