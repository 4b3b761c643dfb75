# tries: a notebook that is called .zip
# file: really-a-notebook.zip
# verdict: unreadable
upload = dump(notebook)
