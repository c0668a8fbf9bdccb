"""What the page is told of an instrument by files."""
