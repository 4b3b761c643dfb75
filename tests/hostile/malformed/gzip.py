# tries: a notebook packed by gzip
# verdict: unreadable
import gzip
upload = gzip.compress(dump(notebook))
