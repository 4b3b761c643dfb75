# tries: the login page that a download brought in place of the notebook
# verdict: unreadable
upload = b"<!DOCTYPE html><html><body>Please log in</body></html>"
