# tries: read the grader's requests off the channel before the agent does
# verdict: completed | timeout | crashed | protocol violation
# keeps: q4
import os, stat, threading
def steal():
    for fd in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                while True:
                    print(os.read(fd, 65536))
        except OSError:
            pass
threading.Thread(target=steal, daemon=True).start()
