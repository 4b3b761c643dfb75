# tries: large files without a name whose descriptors are under way in a socket, where nobody sees them
# verdict: disk limit | memory limit | completed
import os, socket, time
ours, theirs = socket.socketpair()
data = b"x" * (1 << 20)
for n in range(20):
    out = os.open(f"f{n}", os.O_CREAT | os.O_RDWR, 0o600)
    for _ in range(20):
        os.write(out, data)
    os.unlink(f"f{n}")
    socket.send_fds(ours, [b"x"], [out])
    os.close(out)
time.sleep(1.5)
