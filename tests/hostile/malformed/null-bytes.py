# tries: a file of null bytes, as a full disk leaves it
# verdict: unreadable
upload = bytes(4096)
