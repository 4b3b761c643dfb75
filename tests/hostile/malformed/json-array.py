# tries: JSON, but a list
# verdict: unreadable
upload = b"[1, 2, 3]"
