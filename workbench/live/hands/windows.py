"""The limits of colours that a person has set, in the place of the usual ones."""

from workbench.live.images import Limits


class ColourWindows:
    """By the name of what is drawn; `of` are those that were set, or else the usual ones."""

    def __init__(self) -> None:
        self._set: dict[str, Limits] = {}

    def of(self, name: str, usual: Limits) -> Limits:
        return self._set.get(name, usual)

    def put(self, name: str, limits: Limits) -> None:
        """From now on these, the lower one first; where they are one, what is above it is white."""
        low, high = sorted(limits)
        self._set[name] = low, max(high, low + 1e-9 * max(abs(low), 1.0))

    def forget(self, *names: str) -> None:
        """The usual ones again, of these or, without names, of all."""
        for name in names or tuple(self._set):
            self._set.pop(name, None)
