"""What people look at: class report and feedback pages."""
