# tries: a PDF renamed to .ipynb
# verdict: unreadable
upload = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 20
