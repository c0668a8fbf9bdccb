"""All members of a menu at a glance, with pictures."""

from workbench.app.members.gallery import Gallery

__all__ = ["Gallery"]
