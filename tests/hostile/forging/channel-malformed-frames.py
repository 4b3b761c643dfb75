# tries: garbage on the channel to the grader
# order: attack first
# verdict: protocol violation | crashed
import os, stat
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.write(fd, b"\xff" * 64)
    except OSError:
        pass
