# tries: lists nested a hundred thousand deep
# verdict: unreadable
upload = b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
