# tries: two thousand threads
# verdict: completed | crashed | timeout | memory limit
import threading, time
for _ in range(2_000):
    threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
