# tries: a script in place of the notebook
# file: autodiff.py
# verdict: unreadable
upload = b"raise SystemExit\n"
