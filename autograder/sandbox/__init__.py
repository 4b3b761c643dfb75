"""The only code of ours that runs beside student code."""
