# tries: bytes that are no UTF-8
# verdict: unreadable
upload = dump(notebook).replace(b"autograd", b"autograd\xe9\xff", 1)
