"""The run in sight: its parts, its frames, and the views that follow it."""
