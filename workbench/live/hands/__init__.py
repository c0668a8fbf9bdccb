"""What hands do on pictures: paint, lose data, draw a profile, set the window of the colours."""
