# tries: blanks and newlines
# verdict: unreadable
upload = b" \r\n\t\n" * 50
