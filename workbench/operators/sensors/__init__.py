"""What a sensor makes of a picture: fewer pixels, some pixels, codes, colours, limits."""
