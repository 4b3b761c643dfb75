# tries: a zip in a zip
# file: nested.zip
# verdict: unreadable
upload = zipped({"inner.zip": zipped({"autodiff.ipynb": dump(notebook)})})
