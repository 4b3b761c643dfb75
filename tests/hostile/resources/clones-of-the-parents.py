# tries: processes whose parent is the worker, of a child and of the notebook's own
# verdict: completed | protocol violation
import ctypes, os, time
CLONE_PARENT = 0x8000
libc = ctypes.CDLL(None)
if not os.fork():
    libc.syscall(56, CLONE_PARENT | 17, 0, 0, 0, 0)
    while True: time.sleep(1)
time.sleep(0.3)
libc.syscall(56, CLONE_PARENT | 17, 0, 0, 0, 0)
time.sleep(0.2)
