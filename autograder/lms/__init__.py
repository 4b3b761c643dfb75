"""What an LMS gives and takes: rosters, grade files, import files."""
