# tries: takes all terminals
import os
for _ in range(5000):
    try: os.openpty()
    except OSError: break
