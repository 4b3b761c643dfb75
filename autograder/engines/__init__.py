"""Where sandboxes run: a plain process or a container; and the images they run in."""
