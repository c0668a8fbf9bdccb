"""The session under the name that scripts outside rely on."""

from workbench.live.session import Session

__all__ = ["Session"]
