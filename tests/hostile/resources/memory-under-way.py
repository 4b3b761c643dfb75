# tries: memory files whose descriptors are under way in a socket, where nobody sees them
# verdict: memory limit
import os, socket, time
ours, theirs = socket.socketpair()
data = b"x" * (1 << 20)
for n in range(40):
    out = os.memfd_create("x")
    for _ in range(30):
        os.write(out, data)
    socket.send_fds(ours, [b"x"], [out])
    os.close(out)
time.sleep(1.5)
