# tries: memory for the page tables of a map of nothing, which counts as nobody's
# verdict: memory limit | timeout
import ctypes, time
import numpy as np
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
SIZE = 1 << 39
at = libc.mmap(None, ctypes.c_size_t(SIZE), 1, 0x4022, -1, ctypes.c_long(0))
libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(SIZE), 15)
np.frombuffer((ctypes.c_ubyte * SIZE).from_address(at), np.uint8)[:: 1 << 21].sum()
time.sleep(0.5)
