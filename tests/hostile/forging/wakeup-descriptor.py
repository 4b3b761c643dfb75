# tries: a signal's number is written to the channel by the interpreter itself
# verdict: completed | protocol violation
import signal, socket, os, time
for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
    if fd > 2:
        try:
            os.set_blocking(fd, False)
            signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
        except Exception as e: print(fd, e)
signal.signal(signal.SIGALRM, lambda *a: None)
signal.setitimer(signal.ITIMER_REAL, .01, .01)
time.sleep(.3)
