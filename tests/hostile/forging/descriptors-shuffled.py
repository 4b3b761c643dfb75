# tries: every descriptor copied over every other
# verdict: completed | crashed | protocol violation | timeout
import os
for one in range(3, 60):
    for other in range(3, 60):
        try: os.dup2(one, other)
        except OSError: pass
