# tries: the name in the entry and in the list differ
# verdict: completed | unreadable
# file: a.zip
upload = zipped({"autodiff.ipynb": dump(notebook)}).replace(b"autodiff.ipynb", b"../../../x.ipy", 1)
