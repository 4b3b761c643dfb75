# tries: a notebook of 256 MiB in a few KiB
# file: bomb.zip
# verdict: unreadable
upload = bomb(256 << 20)
