"""Where sandboxes run: a plain process, a container, a cluster."""
