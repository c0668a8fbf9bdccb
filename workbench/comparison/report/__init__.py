"""A comparison as text, as a page of HTML and as figures for a paper."""
