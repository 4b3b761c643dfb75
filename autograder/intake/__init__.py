"""What comes in: uploaded files, folders of them, their times and tables."""
