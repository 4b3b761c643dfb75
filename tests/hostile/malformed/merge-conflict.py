# tries: a notebook with merge marks in it
# verdict: unreadable
upload = dump(notebook).replace(b'"metadata"', b'<<<<<<< HEAD\n"metadata"', 1)
