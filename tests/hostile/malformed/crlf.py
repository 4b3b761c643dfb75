# tries: CRLF line ends in the file and in the cells
upload = dump(edit_sources(notebook, lambda text: text.replace("\n", "\r\n"))).replace(b"\n", b"\r\n")
