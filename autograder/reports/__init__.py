"""What people look at: class report, feedback pages and grade files."""
