"""The page around the views: its layout, its beat, its address, and the server that gives it out."""
