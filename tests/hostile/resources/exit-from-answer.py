# tries: os._exit when an answer is called
# verdict: crashed
# bind: leave
import os
def leave(*args, **kwargs):
    os._exit(0)
