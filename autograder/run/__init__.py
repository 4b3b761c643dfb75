"""A whole run over a folder: its processes, what is kept, what the terminal shows."""
