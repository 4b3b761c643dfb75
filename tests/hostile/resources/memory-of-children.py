# tries: several processes that together take far more than one may
# verdict: completed | memory limit | crashed | timeout
import os, time
for _ in range(8):
    if os.fork() == 0:
        try:
            held = b"x" * (600 << 20)
            time.sleep(3)
        finally:
            os._exit(0)
time.sleep(1)
