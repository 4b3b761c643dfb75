# tries: JSON, but a string
# verdict: unreadable
upload = b'"notebook"'
