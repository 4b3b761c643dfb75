# tries: JSON, but a number with an endless exponent
# verdict: unreadable
upload = b"1e999999"
