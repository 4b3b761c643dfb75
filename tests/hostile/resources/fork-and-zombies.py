# tries: zombies, stopped processes, processes of their own session, and their own reapers
# verdict: completed
import os, signal, time, ctypes
libc = ctypes.CDLL(None)
libc.prctl(36, 1, 0, 0, 0)
for n in range(12):
    try: pid = os.fork()
    except OSError: break
    if not pid:
        os.setsid()
        libc.prctl(36, 1, 0, 0, 0)
        libc.prctl(1, 0, 0, 0, 0)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
        if n % 3 == 0:
            os._exit(0)
        if n % 3 == 1:
            os.kill(os.getpid(), signal.SIGSTOP)
        if os.fork(): os._exit(0)
        while True: time.sleep(100)
time.sleep(0.5)
