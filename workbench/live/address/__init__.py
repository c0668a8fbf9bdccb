"""An experiment as a page's address, readable and editable by hand: ?truth=camera&operator=Radon&operator.angles=30."""

from workbench.live.address.names import BESIDES, KEPT, PLAIN, RULE, file_name
from workbench.live.address.reading import Found, from_address, read_address, said
from workbench.live.address.writing import to_address

__all__ = [
    "BESIDES",
    "KEPT",
    "PLAIN",
    "RULE",
    "Found",
    "file_name",
    "from_address",
    "read_address",
    "said",
    "to_address",
]
