# tries: gigabytes of memory that is shared, which no limit of one process counts
# verdict: memory limit
import mmap
m = mmap.mmap(-1, 3 << 30)
for i in range(0, 3 << 30, 4096): m[i] = 1
