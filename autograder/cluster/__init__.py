"""The same grading over a Dask cluster: the command's side, and what runs on a worker."""
