# tries: processes that fork on and on as fast as the limit lets them, and outlive their parents
# verdict: completed | timeout | cpu limit
import os, time
def bomb():
    while True:
        try:
            if not os.fork(): bomb()
        except OSError:
            time.sleep(.01)
if not os.fork(): bomb()
time.sleep(1)
