# tries: tell somebody outside: sockets, names, HTTP, and sockets of the machine
# order: attack first
import glob, socket, urllib.request
for attempt in (
    lambda: socket.create_connection(("198.51.100.7", 80), 1),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: urllib.request.urlopen("http://198.51.100.7/", timeout=1).read(),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"canary", ("198.51.100.7", 53)),
    lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"),
    lambda: socket.socket(socket.AF_UNIX).connect("\0abstract"),
    lambda: [socket.socket(socket.AF_UNIX).connect(path) for path in glob.glob("/channel/*")],
    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
    lambda: socket.socket(40, socket.SOCK_STREAM, 0),
):
    try:
        print("CONNECTED", attempt())
    except Exception as error:
        print(type(error).__name__)
