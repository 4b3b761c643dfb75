# tries: large files on disk that have no name, no descriptor and only one page mapped
# verdict: disk limit | completed
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
data = b"x" * (1 << 20)
for n in range(20):
    with open(f"f{n}", "w+b") as file:
        for _ in range(20):
            file.write(data)
        file.flush()
        assert libc.mmap(None, ctypes.c_size_t(4096), 1, 1, file.fileno(), ctypes.c_long(0)) not in (None, 2**64 - 1)
    os.unlink(f"f{n}")
time.sleep(1.5)
