"""Few or small changes from pixel to pixel."""
