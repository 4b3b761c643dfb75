# tries: every descriptor of its own stays taken, so that the agent can open none
import os
fds = []
try:
    while True: fds.append(os.dup(0))
except OSError as e: print(len(fds), e)
