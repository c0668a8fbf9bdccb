"""Convolutions and what is near to them: each pixel sees its neighbours."""
