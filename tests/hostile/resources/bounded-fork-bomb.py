# tries: processes that start processes, up to five hundred
# verdict: completed | crashed | timeout | memory limit
import os, time
for _ in range(9):
    try:
        os.fork()
    except OSError:
        break
time.sleep(2)
