"""Example scans: what is known of each, the file that is shipped, and the source that reads them by name."""
