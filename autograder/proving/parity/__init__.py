"""Parity: the same submissions in stock Otter and here, test by test."""
