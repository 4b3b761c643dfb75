# tries: codecs and error handlers that turn every text into another
# bind: 1.0
import codecs
class C(codecs.Codec):
    def encode(self, text, errors="strict"): return (b"2.0", len(text))
    def decode(self, data, errors="strict"): return ("c", len(data))
info = codecs.CodecInfo(C().encode, C().decode, name="utf-8")
codecs.register(lambda name: info)
codecs.lookup = lambda name: info
for name in ("strict", "surrogateescape", "surrogatepass", "replace", "ignore", "backslashreplace"):
    codecs.register_error(name, lambda e: ("b", e.end))
import encodings, encodings.utf_8
encodings.utf_8.encode = lambda t, e="strict": (b"b", len(t))
encodings.search_function = lambda n: info
