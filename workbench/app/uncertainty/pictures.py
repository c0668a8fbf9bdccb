"""Pictures of a posterior: what is known of each pixel, or the newest draws."""

from workbench.app.standing.narrow import pictures_abreast
from workbench.app.toolkit.panels import DIVERGING, SPREAD, Panel
from workbench.live.images import Limits, extent, unit
from workbench.live.uncertainty import Maps

SUMMARY, DRAWS = "mean and spread", "newest draws"
_COLUMN = {"max-width": "min(34 * var(--vh, 1vh), 460px)"}  # a row of plots stands below


class MapPictures:
    """Four pictures in a row, of one kind or the other."""

    def __init__(self) -> None:
        self.mean = Panel("Mean", meaning="mean of all draws, in units of the signal")
        self.deviation = Panel("Standard deviation", SPREAD, "of all draws, in units of the signal")
        self.width = Panel(
            "90 % interval", SPREAD, "its width from the 5 % to the 95 % quantile, in units of the signal"
        )
        self.side = Panel("Truth", DIVERGING, "-1: below its 90 % interval, blue; 0: inside; 1: above, red")
        self._summary = (self.mean, self.deviation, self.width, self.side)
        self._draws = tuple(
            Panel(f"Chain {i + 1}", meaning="its newest draw, in units of the signal") for i in range(4)
        )
        for panel in (*self._summary, *self._draws):
            panel.element.styles = _COLUMN
            panel.share(self.mean)
        self.element = pictures_abreast(styles={"flex": "none"})
        self._fitted: tuple[int, ...] = ()
        self.turn(SUMMARY)

    def turn(self, kind: str) -> None:
        """Put the pictures of a kind in their place."""
        self.kind = kind
        self.element[:] = [p.element for p in (self._summary if kind == SUMMARY else self._draws)]

    def show(self, maps: Maps) -> None:
        """Draw those that are in sight; colours span what is there."""
        if maps.mean.shape != self._fitted:
            self._fitted = maps.mean.shape
            for panel in (*self._summary, *self._draws):
                panel.fit(maps.mean.shape)
        grey = unit(maps.mean)
        if self.kind == DRAWS:
            for panel, draw in zip(self._draws, maps.newest, strict=False):
                panel.show(draw, grey)
            return
        self.mean.show(maps.mean, grey)
        self.deviation.show(maps.deviation, _from_zero(extent(maps.deviation)))
        self.deviation.describe(f"mean {maps.deviation.mean():.3g}")
        self.width.show(maps.width, _from_zero(extent(maps.width)))
        self.width.describe(f"mean {maps.width.mean():.3g} wide")
        if maps.side is not None and maps.inside is not None:
            self.side.show(maps.side, (-1.0, 1.0))
            self.side.describe(f"{maps.inside[-1]:.1%} inside")


def _from_zero(limits: Limits) -> Limits:
    return 0.0, limits[1]
