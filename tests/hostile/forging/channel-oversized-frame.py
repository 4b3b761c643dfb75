# tries: a frame header that promises four gigabytes
# order: attack first
# verdict: protocol violation | crashed | timeout
import os, stat
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.write(fd, b"\xff\xff\xff\xff" + bytes(4096))
    except OSError:
        pass
