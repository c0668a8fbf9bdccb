"""All members of a menu at a glance, with pictures."""

from workbench.app.members.member_gallery import MemberGallery

__all__ = ["MemberGallery"]
