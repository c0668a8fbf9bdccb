"""What is studied beside a run for the views that show it."""
