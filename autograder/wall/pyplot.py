"""What a test may ask pyplot about the notebook's figures."""

ASKED = ("gca", "gcf", "get_fignums", "close")
