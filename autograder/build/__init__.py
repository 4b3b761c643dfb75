"""Source notebook in, student releases and grading zip out."""
