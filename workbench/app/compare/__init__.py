"""The compare tab: the present run beside those that are pinned."""

from workbench.app.compare.view import CompareView

__all__ = ["CompareView"]
