"""The words of an address: what is in it by which name, and what is not."""

from workbench.data import Array, File, Measured, Source
from workbench.live.own_arrays import STEPS

PLAIN = ("steps", "seed", "device")
RULE = "stop"
FILE, DATA = "truth.file", "data"  # the names of a person's own signal and data, which are not in the address
SOURCE = "source"  # how data are simulated, where not as usual
EXAMPLE = "example"  # an example scan by its name: what is not said is as the example has it
STEPS_OF_DATA = f"{DATA}.{STEPS}"
SLICE = f"{DATA}.variable"
BESIDES = ("present", "only", "hide", "theme", "lesson", "step")  # what it says besides, to the page and to Panel
KEPT = "not-in-the-address"


def file_name(source: Source) -> str:
    """The name of a person's own file, without the folders of this machine; "" where there is no file of theirs."""
    if source.bare.example:
        return ""
    source = source.bare
    path = source.path if isinstance(source, File) else source.data if isinstance(source, Measured) else ""
    return path.replace("\\", "/").rpartition("/")[2] if isinstance(path, str) else ""


def own_name(source: Source) -> str:
    """What an address calls a signal or data of a person's own, which are not in it; "" for those that ship."""
    if source.bare.example:
        return ""
    if isinstance(source, Measured):
        return source.name
    bare = None if source.truth is None else source.truth.bare
    return "an array" if isinstance(bare, Array) else "" if bare is None else file_name(bare)
