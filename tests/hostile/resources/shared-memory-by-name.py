# tries: gigabytes in named shared memory, which outlives the process that made it
# verdict: memory limit | crashed | completed
from multiprocessing import shared_memory
held = []
for number in range(64):
    one = shared_memory.SharedMemory(create=True, size=64 << 20)
    one.buf[:] = bytes(64 << 20)
    held.append(one)
import os
os._exit(0)
