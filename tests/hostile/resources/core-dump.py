# tries: a dump of all memory, in the folder or by the kernel's own helper
# verdict: crashed
import resource, os, ctypes
try: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
except Exception as e: print(e)
try: open("/proc/self/coredump_filter", "w").write("0x7f")
except OSError as e: print(e)
big = bytearray(200 << 20)
os.abort()
