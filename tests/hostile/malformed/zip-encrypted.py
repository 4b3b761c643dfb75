# tries: an entry with a password
# file: encrypted.zip
# verdict: unreadable
upload = encrypted(zipped({"autodiff.ipynb": dump(notebook)}))
