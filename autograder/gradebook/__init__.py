"""The gradebook: every gradation ever made, in one SQLite file, and what people changed by hand."""

from autograder.gradebook.book import Gradebook
from autograder.gradebook.entry import Entry, entry_of

__all__ = ["Entry", "Gradebook", "entry_of"]
