"""The orientation tag of TIFF and EXIF: said, not applied, since measured pixels stay where the sensor put them."""

from typing import Any

_TURNS = {
    2: "mirrored left and right",
    3: "upside down",
    4: "mirrored top and bottom",
    5: "mirrored about its diagonal",
    6: "turned to the left by 90 degrees",
    7: "mirrored about its other diagonal",
    8: "turned to the right by 90 degrees",
}


def orientation(tag: Any, name: str = "EXIF orientation") -> tuple[str, ...]:
    """A sentence on how a picture lies, for a tag other than 1, which is upright."""
    if tag not in _TURNS:
        return ()
    return (f"its {name} is ignored: the picture lies as the sensor stored it, {_TURNS[tag]} (tag {tag})",)
