# tries: signals to the parent, to the process group and to everybody
# order: attack first
# verdict: completed | crashed | memory limit
import os, signal
for pid in (os.getppid(), 1, -1):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError as error:
        print(error)
os.killpg(0, signal.SIGTERM)
