# tries: UTF-8 with a byte order mark
upload = b"\xef\xbb\xbf" + dump(notebook)
