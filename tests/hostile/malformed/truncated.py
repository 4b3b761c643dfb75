# tries: the first two thirds of a notebook
# verdict: unreadable
upload = dump(notebook)[: len(dump(notebook)) * 2 // 3]
