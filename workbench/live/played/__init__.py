"""A run under a hand: played, paused, looked back along, gone on with; and where it stands, in words."""
