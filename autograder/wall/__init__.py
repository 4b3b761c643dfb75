"""What may cross between sandbox and scorer, how, and its limits."""
