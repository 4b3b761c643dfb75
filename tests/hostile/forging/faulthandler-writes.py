# tries: faulthandler writes tracebacks to every descriptor, the channel too, every tenth of a second
# verdict: completed | protocol violation
import faulthandler, os
for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
    if fd > 2:
        try: faulthandler.dump_traceback_later(0.05, repeat=True, file=fd); faulthandler.enable(fd); last = fd
        except Exception as e: print(fd, e)
import time
time.sleep(.3)
