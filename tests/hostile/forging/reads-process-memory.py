# tries: read the memory of the worker and its neighbours by /proc, ptrace and process_vm_readv
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for pid in (1, os.getppid(), os.getpgrp()):
    try:
        open(f"/proc/{pid}/mem", "r+b", buffering=0)
        print("memory of", pid)
    except OSError as error:
        print(error)
    print(libc.ptrace(16, pid, 0, 0), libc.process_vm_readv(pid, 0, 0, 0, 0, 0))
