# tries: an entry whose header says that it is small
# verdict: unreadable
# file: malformed-size-lies.zip
import struct
data = bytearray(zipped({"autodiff.ipynb": b" " * (80 << 20)}))
at = data.rfind(b"PK\x01\x02"); data[at + 24:at + 28] = struct.pack("<I", 100)
data[22:26] = struct.pack("<I", 100)
upload = bytes(data)
