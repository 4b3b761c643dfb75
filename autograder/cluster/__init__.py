"""The same grading over a Dask cluster: the command's side, and what runs on a worker."""

from autograder.scoring.slim_otter import install_slim

install_slim()  # a Dask worker imports this first, and scores: the rest of Otter takes seconds
