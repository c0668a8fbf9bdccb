"""Runs that a person keeps in sight, and the present one beside them."""

from workbench.live.pins.pins import MOST, ROOM, Pin, Pins

__all__ = ["MOST", "ROOM", "Pin", "Pins"]
