# tries: only a PDF
# file: none.zip
# verdict: unreadable
upload = zipped({"autodiff.pdf": b"%PDF-1.7"})
