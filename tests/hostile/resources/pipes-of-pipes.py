# tries: descriptors in flight within descriptors in flight
# verdict: completed | memory limit
import socket, array
held = []
for _ in range(100):
    try:
        a, b = socket.socketpair()
        a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [a.fileno(), b.fileno()]))])
        held.append((a, b))
    except OSError: break
