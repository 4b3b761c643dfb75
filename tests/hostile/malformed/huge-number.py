# tries: an integer of a million digits
notebook["metadata"]["number"] = 1
upload = dump(notebook).replace(b'"number": 1', b'"number": 1' + b"0" * 1_000_000)
