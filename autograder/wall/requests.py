"""What both sides know of the scorer's requests."""

SHARING = (
    "get",
    "set",
    "space",
    "call",
    "operate",
    "pyplot",
)  # in which values stay one on both sides
PYPLOT = ("gca", "gcf", "get_fignums", "close")  # what a test may ask it of the notebook's figures
