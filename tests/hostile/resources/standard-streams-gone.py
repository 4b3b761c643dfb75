# tries: streams that are closed, None, or objects that loop
# verdict: timeout | cpu limit | completed
import sys, os
class Loop:
    def __getattr__(self, name): return lambda *a: [None for _ in iter(int, 1)]
sys.stdout.close(); os.close(1); os.close(2)
sys.stdout = sys.stderr = sys.__stdout__ = None
sys.stdout = Loop()
# %% end
print("x")
