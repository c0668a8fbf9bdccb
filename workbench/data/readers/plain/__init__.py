"""Numbers as text, and sound: files that any program writes."""
