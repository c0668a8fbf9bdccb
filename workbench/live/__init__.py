"""One person's experiment while it runs, and what is studied beside it: what the page and the notebook show.

No widgets, and nothing that waits.
"""
