"""How a page is served, in one place."""

from dataclasses import dataclass, field
from pathlib import Path

from workbench import devices, memory
from workbench.app.serving.admission import Admission
from workbench.live.caps import Caps
from workbench.live.session import Session
from workbench.refusal import Refusal

VISITORS = 20  # people at a time; Panel itself has no limit


@dataclass(frozen=True)
class Serving:
    """Where a page listens, where its runs are computed, who gets in, and what one person may take.

    `origins`: names by which a proxy in front calls it, as NAME or NAME:PORT; `frames`: sites that may frame it;
    `runs`: the folder of kept runs that everybody who gets in sees and writes, none where it is None.
    """

    port: int = 5006
    host: str = "localhost"
    device: str = "cpu"
    origins: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    visitors: int = VISITORS
    caps: Caps = field(default_factory=Caps)
    entry: Admission = field(default_factory=Admission)
    runs: Path | None = None

    def require(self) -> None:
        """Refusal where there is no such device, or a limit leaves no room for the page that everybody sees first."""
        devices.find(self.device)
        for name, limit in (("visitor", self.visitors), ("iteration", self.caps.run.steps)):
            if limit < 1:
                raise Refusal(f"room for at least one {name}", f"{limit:g}", "leave the limit out for the usual one")
        if self.caps.run.seconds <= 0:
            raise Refusal("more than 0 s for a run", f"{self.caps.run.seconds:g} s", "leave the limit out for none")
        if not self.caps.spare():
            came = memory.in_bytes(self.caps.memory)
            raise Refusal("memory for a page beside what the program itself holds, 1 GiB or more", came, "give more")
        first = Session()
        first.close()
        self.caps.require(first.loaded.tensor)
