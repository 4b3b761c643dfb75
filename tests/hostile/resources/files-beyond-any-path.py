# tries: large files in folders so deep that no path reaches them
# verdict: disk limit | completed
import os, time
os.mkdir("d")
fd = os.open("d", os.O_RDONLY)
for n in range(60):
    os.mkdir("n" * 200, dir_fd=fd)
    inner = os.open("n" * 200, os.O_RDONLY, dir_fd=fd)
    os.close(fd)
    fd = inner
data = b"x" * (1 << 20)
for n in range(20):
    out = os.open(f"f{n}", os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=fd)
    for _ in range(20):
        os.write(out, data)
    os.close(out)
time.sleep(1.5)
