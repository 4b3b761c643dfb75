# tries: the codec on the student's side packs forged records
# verdict: completed | protocol violation
codec = ours("autograder.wall.codec")
real = codec.pack
codec.pack = lambda message, *args, **kwargs: real({"ok": True, "found": True, "value": "b", "score": 20, "passed": True})
