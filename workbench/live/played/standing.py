"""Where a run stands, in words, and what a person can do now."""

from workbench.jobs import Status
from workbench.live.frames import Frame


def usable(frame: Frame) -> set[str]:
    """The buttons that do something in this state."""
    if frame.status is Status.RUNNING:
        return {"Pause", "Step", "Reset", "Cancel"}
    if frame.status in (Status.CANCELLED, Status.FAILED):
        return {"Play", "Reset"}
    return {"Play", "Step", "Cancel"} | ({"Reset"} if frame.k or frame.message else set())


def done(frame: Frame) -> int:
    """How much of the run is done, in per cent."""
    return round(100 * min(frame.k / max(frame.steps, 1), 1))


def standing(frame: Frame) -> list[str]:
    """The status, iteration k of n, the rate, and what remains."""
    parts = [str(frame.status), f"iteration {frame.k} of {frame.steps}"]
    if frame.rate > 0:
        parts.append(f"{frame.rate:.0f} it/s" if frame.rate >= 10 else f"{frame.rate:.1f} it/s")
    if frame.remaining is not None:
        parts.append(f"{duration(frame.remaining)} left")
    return parts


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
