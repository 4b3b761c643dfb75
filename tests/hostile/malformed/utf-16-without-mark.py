# tries: big-endian UTF-16 without a byte order mark
upload = dump(notebook).decode().encode("utf-16-be")
