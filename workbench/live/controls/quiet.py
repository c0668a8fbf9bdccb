"""When a widget is told something rather than chosen."""

from types import TracebackType


class Quiet:
    """While it is entered, what widgets are told is nobody's wish; `on` says whether it is."""

    def __init__(self) -> None:
        self.on = False

    def __enter__(self) -> None:
        self.on = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.on = False
