# tries: read address zero
# order: attack first
# verdict: crashed
import ctypes
ctypes.string_at(0)
