"""Which plane of a volume the pictures show: across which axis, and where along it, or three of them at once."""

from collections.abc import Callable
from functools import cached_property

import panel as pn
import panel_material_ui as pmui

from workbench.app.toolkit.overtaken import hear
from workbench.app.toolkit.tab import SMALL, bar
from workbench.live.controls import Quiet
from workbench.live.cut import Cut
from workbench.live.session import Session

ACROSS = {"the first axis": 0, "the second axis": 1, "the third axis": 2}


class PlaneMenu:
    """A menu of the axes and a slider along the chosen one, in sight while the unknown is a volume.

    The switch asks for three planes instead; `turned` hears it.
    """

    def __init__(self, session: Session, turned: Callable[[], None]) -> None:
        self._session, self._turned, self._sides = session, turned, (1, 1, 1)
        self._quiet = Quiet()
        self.element = bar()
        self.element.visible = False

    @cached_property
    def axis(self) -> pmui.Select:
        """Which axis the plane is across."""
        menu = pmui.Select(label="plane across", options=ACROSS, value=0, width=185, **SMALL)
        hear(menu, self._turn, self._quiet)
        return menu

    @cached_property
    def place(self) -> pmui.IntSlider:
        """Where along that axis."""
        slider = pmui.IntSlider(label="slice, from 0", start=0, end=1, value=0, width=260, size="small", margin=(10, 8))
        hear(slider, self._cut, self._quiet)
        return slider

    @cached_property
    def three(self) -> pmui.Switch:
        """Whether three planes that meet in a point are shown."""
        switch = pmui.Switch(label="three planes", value=False, size="small", margin=(12, 8))
        switch.param.watch(lambda event: self._turned(), "value")
        return switch

    def follow(self, sides: tuple[int, ...]) -> None:
        """Another volume, with these sides; without sides no volume."""
        self.element.visible = bool(sides)
        if sides:
            if not len(self.element):
                self.offer()  # made with the first volume
            self._sides, cut = sides, self._session.cut
            with self._quiet:
                self.axis.value = cut.axis
                self.place.param.update(end=sides[cut.axis] - 1, value=cut.at(sides))

    def offer(self, *tools: pn.viewable.Viewable) -> None:
        """Beside the switch what three planes are moved by; without these, menu and slider of one plane."""
        self.element[:] = [self.three, *(tools or (self.axis, self.place))]

    def _turn(self, axis: int) -> None:
        """Across another axis, in its middle."""
        self._session.cut_at(Cut(axis))
        self.follow(self._sides)

    def _cut(self, place: int) -> None:
        self._session.cut_at(Cut(self.axis.value, place))
