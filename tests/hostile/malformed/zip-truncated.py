# tries: half a zip
# file: half.zip
# verdict: unreadable
upload = zipped({"autodiff.ipynb": dump(notebook)})[:5000]
