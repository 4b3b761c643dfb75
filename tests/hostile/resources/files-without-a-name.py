# tries: more than a gigabyte in files that have no name and are mapped nowhere
# verdict: disk limit | memory limit
import os, time
held = []
for _ in range(100):
    held.append(os.memfd_create("m"))
    for _ in range(16): os.write(held[-1], bytes(1 << 20))
time.sleep(2)
