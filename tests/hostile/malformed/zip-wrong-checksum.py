# tries: a zip whose content does not match its checksum
# file: checksum.zip
# verdict: unreadable
upload = zipped({"autodiff.ipynb": dump(notebook)}, stored=True).replace(b"def branch", b"def brunch", 1)
