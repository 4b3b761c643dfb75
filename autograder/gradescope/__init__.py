"""The upload: what runs inside a Gradescope container."""
