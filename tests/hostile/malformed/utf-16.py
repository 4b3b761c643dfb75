# tries: UTF-16 with a byte order mark, as some editors save
upload = dump(notebook).decode().encode("utf-16")
