# tries: another interpreter in the process, which knows no hook and holds a channel of its own
# verdict: timeout | protocol violation | completed
# bind: 1.0
import _xxsubinterpreters as si
i = si.create()
si.run_string(i, """
import os
for fd in sorted(map(int, os.listdir('/proc/self/fd'))):
    if fd > 2:
        try: os.write(fd, b'\\x00\\x00\\x00\\x05\\x81\\xa1a\\x01')
        except OSError as e: pass
""")
