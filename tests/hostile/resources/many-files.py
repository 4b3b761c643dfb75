# tries: fifteen thousand files, links and pipes
# verdict: completed | timeout | disk limit
import os
for number in range(5_000):
    open(f"f{number}", "w").close()
    os.symlink("/etc/passwd", f"l{number}")
    os.mkfifo(f"p{number}")
