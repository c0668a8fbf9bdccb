"""Elements of the page, each from a session; none knows another."""
