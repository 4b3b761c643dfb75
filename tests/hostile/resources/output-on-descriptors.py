# tries: write to the descriptors of standard output and error themselves
# verdict: completed
import os
for _ in range(400):
    os.write(1, bytes(1 << 16))
    os.write(2, bytes(1 << 16))
