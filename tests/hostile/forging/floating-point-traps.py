# tries: traps of floating point, so that the first division that is not exact kills whoever makes it
import ctypes
libm = ctypes.CDLL("libm.so.6")
libm.feenableexcept(0x3f)
