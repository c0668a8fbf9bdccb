"""The address of the page under the name that scripts outside rely on."""

from workbench.live.address import from_address, read_address, to_address

__all__ = ["from_address", "read_address", "to_address"]
