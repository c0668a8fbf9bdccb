"""A part of the experiment under a person's hand: `wb.prior.weight = 0.1` moves the slider and the run."""

from typing import TYPE_CHECKING, Any

from workbench.parameters import Checked, as_code
from workbench.paths import own_parameters

if TYPE_CHECKING:
    from workbench.notebook.workbench import LiveWorkbench


class Part:
    """An object of the experiment at a path: its arguments can be read and set, all else is that of the object."""

    def __init__(self, owner: "LiveWorkbench", path: str) -> None:
        object.__setattr__(self, "_owner", owner)
        object.__setattr__(self, "_path", path)

    @classmethod
    def of(cls, path: str) -> property:
        """A property of a workbench: the part, which may be set to another object, or to a member by name."""
        return property(lambda owner: cls(owner, path), lambda owner, made: owner.set(path, _plain(made)))

    @property
    def value(self) -> Any:
        """The object itself, as it is now."""
        return self._owner.at(self._path)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.value, name)
        inner = name in own_parameters(type(self.value)) and isinstance(type(found), Checked)
        return Part(self._owner, f"{self._path}.{name}") if inner else found

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an argument; Refusal where it cannot be, and then all is as before."""
        self._owner.set(f"{self._path}.{name}", _plain(value))

    def __dir__(self) -> list[str]:
        return sorted({*own_parameters(type(self.value)), *dir(self.value)})

    def __repr__(self) -> str:
        return as_code(self.value)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Part) else value
