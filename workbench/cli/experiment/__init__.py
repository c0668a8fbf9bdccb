"""What commands about an experiment share: the words that say it, classes of one's own, where a run is written."""
