# tries: a date that is none
# file: month.zip
import struct
upload = bytearray(zipped({"autodiff.ipynb": dump(notebook)}))
i = upload.index(b"PK\1\2"); upload[i+12:i+16] = b"\xff\xff\xff\xff"; upload[10:14] = b"\xff\xff\xff\xff"; upload = bytes(upload)
