# tries: a notebook with a second one behind it
# verdict: unreadable
upload = dump(notebook) * 2
