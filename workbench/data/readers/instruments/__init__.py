"""The files that instruments and their programs write: each is read by the library that its field keeps for it."""
