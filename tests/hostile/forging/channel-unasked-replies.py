# tries: replies to requests that nobody made, a hundred of them in advance
# order: attack first
# verdict: protocol violation
import os, stat, struct
codec = ours("autograder.wall.codec")
reply = bytes(8) + codec.pack({"ok": True, "found": True, "value": "b", "text": "", "error": None})
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            for _ in range(100):
                os.write(fd, struct.pack("<I", len(reply)) + reply)
    except OSError:
        pass
