# tries: a thread that never gives the interpreter back to the agent
# verdict: timeout | cpu limit
import sys, threading
sys.setswitchinterval(1e6)
def spin():
    while True: pass
for _ in range(3): threading.Thread(target=spin, daemon=True).start()
