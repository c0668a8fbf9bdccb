"""Signals of example problems whose unknown lies behind the picture: made by a recipe, the blocks known."""
