# tries: a file of no bytes
# verdict: unreadable
upload = b""
